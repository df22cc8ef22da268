import { readFileSync } from "node:fs";

/** As the service reads it. */
export function indexPrefix(): string {
  return process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"] ?? "cloudtrail";
}

export function userName(): string | undefined {
  return process.env["TRAILTAG_OPENSEARCH__USERNAME"];
}

/** Basic authentication where the service has it, from the same settings. */
export function authHeaders(): Record<string, string> {
  const user = userName();
  if (user === undefined) return {};
  const file = process.env["TRAILTAG_OPENSEARCH__PASSWORD_FILE"];
  const variable = process.env["TRAILTAG_OPENSEARCH__PASSWORD_ENV"];
  const password =
    file === undefined
      ? variable === undefined
        ? undefined
        : process.env[variable]
      : readFileSync(file, "utf8").trimEnd();
  return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}` };
}
