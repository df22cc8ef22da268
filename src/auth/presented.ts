import { splitToken } from "./api-key.js";
import type { AuthMode } from "./scope.js";

/** The headers in which clients send credentials. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  /** X-Amz-Firehose-Access-Key. */
  readonly firehoseKey?: string | undefined;
}

/** What a request shows for itself. */
export type Presented =
  | { readonly kind: "nothing" }
  /** `reason` is for the client; it does not quote what was sent. */
  | { readonly kind: "malformed"; readonly reason: string }
  | { readonly kind: "pair"; readonly id: string; readonly secret: string };

const NOTHING: Presented = { kind: "nothing" };

/**
 * Reads the headers as the mode has them. Keys come in every form that some shipper knows: as a bearer token, as
 * Elasticsearch's API keys (`id:secret` in base64, or the token itself), as Firehose's access key, and as name and
 * password, since Fluent Bit, rsyslog and syslog-ng know nothing else.
 */
export function readPresented(
  headers: CredentialHeaders,
  mode: Exclude<AuthMode, "none" | "mtls">,
): Presented {
  const { authorization, firehoseKey } = headers;
  if (authorization === undefined || authorization === "") {
    if (firehoseKey === undefined || firehoseKey === "") return NOTHING;
    if (mode === "basic") return malformed("Firehose's access key is an API key, and auth.mode is basic.");
    return fromToken(firehoseKey, "X-Amz-Firehose-Access-Key");
  }
  // Not one pattern for all of it: with blanks at both ends that takes the square of a header's length.
  const text = authorization.trim();
  const scheme = /^\S*/.exec(text)?.[0] ?? "";
  const value = text.slice(scheme.length).trim();
  const name = scheme.toLowerCase();
  if (name === "basic") return fromPair(value, "Basic");
  if (mode === "basic") return malformed("auth.mode is basic here: send Authorization: Basic.");
  if (name === "bearer") return fromToken(value, "Bearer");
  if (name === "apikey") return value.includes(".") ? fromToken(value, "ApiKey") : fromPair(value, "ApiKey");
  return malformed("The scheme of Authorization is none of Bearer, ApiKey and Basic.");
}

function fromToken(token: string, where: string): Presented {
  const parts = splitToken(token);
  if (parts === undefined) return malformed(`What stands in ${where} is no token of the form <id>.<secret>.`);
  return { kind: "pair", ...parts };
}

/** base64 of `id:secret`. */
function fromPair(base64: string, where: string): Presented {
  const text = Buffer.from(base64, "base64").toString("utf8");
  const colon = text.indexOf(":");
  // The platform skips what is not base64: anything at all would decode to something.
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64) || colon < 1 || colon === text.length - 1) {
    return malformed(`What stands in ${where} is not base64 of two texts with a colon between them.`);
  }
  return { kind: "pair", id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function malformed(reason: string): Presented {
  return { kind: "malformed", reason };
}
