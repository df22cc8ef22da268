import { BodyError } from "./body-error.js";

export const BODY_ENCODINGS = ["identity", "gzip", "deflate", "zstd", "snappy"] as const;
export type BodyEncoding = (typeof BODY_ENCODINGS)[number];

/** @throws BodyError `encoding_unknown` */
export function parseEncoding(header: string | undefined): BodyEncoding {
  const name = (header ?? "").trim().toLowerCase();
  if (name === "") return "identity";
  if (name === "x-gzip") return "gzip";
  const known = BODY_ENCODINGS.find((encoding) => encoding === name);
  if (known !== undefined) return known;
  const what = name.includes(",") ? "More than one Content-Encoding" : "This Content-Encoding";
  const shown = name.slice(0, 100);
  throw new BodyError(
    "encoding_unknown",
    `${what} is not read here: [${shown}]. Send one of ${BODY_ENCODINGS.join(", ")}.`,
  );
}

/** Data that does not compress grows a little: by a sixth at worst, in snappy. */
export function mostCompressed(maxInflatedBytes: number): number {
  return Math.ceil((maxInflatedBytes * 7) / 6) + 64;
}
