import { createHash, createHmac } from "node:crypto";
import type { AwsCredentials } from "./aws-credentials.js";
import type { SignableRequest } from "./client.js";

export interface SigV4Scope {
  readonly region: string;
  /** `es`, `aoss`. */
  readonly service: string;
}

/**
 * The headers that sign a request (AWS Signature Version 4): all that it has are signed but the length of the body,
 * which OpenSearch Serverless refuses to see signed, and those that change on the way.
 *
 * @param now ms since the epoch; AWS refuses a signature that is more than five minutes off.
 */
export function signRequest(
  request: SignableRequest,
  { region, service }: SigV4Scope,
  credentials: AwsCredentials,
  now: number,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const added: Record<string, string> = {
    "x-amz-date": time,
    "x-amz-content-sha256": sha256(request.body),
    ...(credentials.sessionToken === undefined ? {} : { "x-amz-security-token": credentials.sessionToken }),
  };
  const headers = { ...request.headers, host: request.host, ...added };
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const { text, signedHeaders } = canonicalRequest({ ...request, headers }, added["x-amz-content-sha256"]);
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(text)}`;
  const signature = hmac(signingKey(credentials.secretAccessKey, scope), toSign).toString("hex");
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

const UNSIGNED: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "content-length",
  "expect",
  "transfer-encoding",
  "user-agent",
  "x-amzn-trace-id",
]);

/** What is hashed and signed, and the names of the headers in it. @param bodyHash in hex */
export function canonicalRequest(
  request: Pick<SignableRequest, "method" | "path" | "headers">,
  bodyHash = "",
): { readonly text: string; readonly signedHeaders: string } {
  const [path = "/", query = ""] = splitOnce(request.path, "?");
  const headers = Object.entries(request.headers)
    .filter(([name]) => !UNSIGNED.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const signedHeaders = headers.map(([name]) => name).join(";");
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, " ")}\n`);
  const parts = [request.method, canonicalPath(path), canonicalQuery(query), lines.join(""), signedHeaders];
  return { text: [...parts, bodyHash].join("\n"), signedHeaders };
}

/** Encoded once more than it is sent, which is the rule for all services but S3. */
function canonicalPath(path: string): string {
  return path.split("/").map(encode).join("/");
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @param scope `20150830/us-east-1/iam/aws4_request` */
export function signingKey(secret: string, scope: string): Buffer {
  return scope.split("/").reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
