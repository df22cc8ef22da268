import { readFileSync, statSync } from "node:fs";
import { isUtf8 } from "node:buffer";
import type { Diagnostic } from "../lib/diagnostics.js";
import { NO_CREDENTIALS, type Credentials } from "./credentials.js";
import { parseCredentials, type ParsedCredentials } from "./parse-credentials.js";
import type { AuthMode } from "./scope.js";

const MAX_BYTES = 4 * 1024 * 1024;

/** What a mode asks for, by the section of the file that has it. */
const SECTION_OF = { api_key: "keys", basic: "users", mtls: "certificates" } as const satisfies Record<
  Exclude<AuthMode, "none">,
  keyof Credentials
>;

/**
 * Reads a credentials file. Never throws: that it cannot be read is a diagnostic as well.
 *
 * @param mode where given, a file without an entry for it is an error: nobody could come in.
 */
export function loadCredentials(
  file: string,
  now: number,
  mode?: Exclude<AuthMode, "none">,
): ParsedCredentials {
  const problem = (code: string, message: string, hint: string): ParsedCredentials => {
    const diagnostic: Diagnostic = { code, severity: "error", file, line: 1, column: 1, message, hint };
    return { credentials: NO_CREDENTIALS, diagnostics: [diagnostic] };
  };
  let bytes: Buffer;
  try {
    if (statSync(file).size > MAX_BYTES) {
      return problem(
        "credentials-unreadable",
        "The file is larger than 4 MiB.",
        "It holds credentials only.",
      );
    }
    bytes = readFileSync(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return problem(
      "credentials-unreadable",
      `The file cannot be read: ${why}.`,
      "Mend auth.credentials_file.",
    );
  }
  if (!isUtf8(bytes))
    return problem("credentials-unreadable", "The file is not UTF-8 text.", "Save it as UTF-8.");
  const parsed = parseCredentials(bytes.toString("utf8"), file, now);
  if (mode === undefined || parsed.diagnostics.some(({ severity }) => severity === "error")) return parsed;
  const section = SECTION_OF[mode];
  const found = parsed.credentials[section];
  if (("size" in found ? found.size : found.length) > 0) return parsed;
  const message = `auth.mode is ${mode}, and the file has nothing under ${section}: nobody could come in.`;
  return problem("credentials-none", message, "`trailtag auth --help` says how entries are made.");
}
