import { createHash, randomBytes } from "node:crypto";

/** Ids stand in headers, in YAML and in the log. No colon: HTTP's basic scheme ends the name there. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const HASH = /^sha256:([0-9a-f]{64})$/;

export function isKeyId(text: string): boolean {
  return ID.test(text);
}

/** A new key: the token for the shipper, `<id>.<secret>`, and what the credentials file keeps of it. */
export function createApiKey(id: string): { readonly token: string; readonly hash: string } {
  const secret = randomBytes(32).toString("base64url");
  return { token: `${id}.${secret}`, hash: `sha256:${digestOfSecret(secret).toString("hex")}` };
}

/**
 * One round of a fast hash is enough here, and no salt: the secret is 32 random bytes, so there is nothing to guess
 * that a slow hash would make dearer, and each request can afford it.
 */
export function digestOfSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** `sha256:` and 64 hexadecimal digits; undefined for anything else. */
export function parseKeyHash(text: string): Buffer | undefined {
  const digits = HASH.exec(text)?.[1];
  return digits === undefined ? undefined : Buffer.from(digits, "hex");
}

/** Parts of a token. The secret has no dot, the id may. */
export function splitToken(token: string): { readonly id: string; readonly secret: string } | undefined {
  const dot = token.lastIndexOf(".");
  const [id, secret] = [token.slice(0, dot), token.slice(dot + 1)];
  return dot > 0 && isKeyId(id) && secret !== "" ? { id, secret } : undefined;
}
