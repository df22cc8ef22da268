import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, base64 without padding, as other tools write it. */
export interface PasswordHash {
  readonly text: string;
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

export interface ScryptCost {
  /** Logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export const DEFAULT_COST: ScryptCost = { ln: 15, r: 8, p: 1 };

const PATTERN =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/;
/** Two are computed at a time: this keeps them within memory that a small container has. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_P = 4;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** A sentence where the text is no hash that is taken. It does not quote the text, which may be a password. */
export function parsePasswordHash(text: string): PasswordHash | string {
  const match = PATTERN.exec(text);
  if (match === null) {
    return "hash is $scrypt$ln=…,r=…,p=…$salt$hash, as `trailtag auth user` prints it; a password itself is never written here";
  }
  const cost = { ln: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  const { ln, r, p } = DEFAULT_COST;
  if (cost.ln < ln || cost.r < r || cost.p < p) return `hash costs less than ln=${ln},r=${r},p=${p}`;
  if (bytesOf(cost) > MAX_BYTES || cost.p > MAX_P) {
    return `hash would take more than ${MAX_BYTES / 1024 / 1024} MiB of memory or p=${MAX_P} to check`;
  }
  return {
    text,
    cost,
    salt: Buffer.from(match[4] ?? "", "base64"),
    hash: Buffer.from(match[5] ?? "", "base64"),
  };
}

export async function hashPassword(password: string, cost: ScryptCost = DEFAULT_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** About 60 ms of one core and 32 MiB at the default cost. */
export async function matchesPassword(
  password: string,
  { salt, hash, cost }: Pick<PasswordHash, "salt" | "hash" | "cost">,
): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, cost), hash);
}

/** Checked in place of an unknown user's, so that the time does not tell who exists. Matches no password. */
export function decoyHash(cost: ScryptCost): Pick<PasswordHash, "salt" | "hash" | "cost"> {
  return { cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
}

function bytesOf({ ln, r }: ScryptCost): number {
  return 128 * r * 2 ** ln;
}

/** Passwords are compared as people type them: in the composed form of Unicode. */
function derive(password: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  const options = {
    N: 2 ** cost.ln,
    r: cost.r,
    p: cost.p,
    maxmem: bytesOf(cost) + 1024 * 1024 * (1 + cost.p),
  };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
