import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../lib/clock.js";
import type { UserGrant } from "./credentials.js";

/**
 * Remembers which user came with the right password, so that not each request costs scrypt.
 *
 * What is kept is an HMAC under a key that this process alone has, over name, password and the stored hash: when the
 * hash in the file changes, what was remembered is found no more.
 */
export interface VerifiedPasswords {
  /** Under which the pair is remembered. */
  keyOf(user: Pick<UserGrant, "id"> & Partial<Pick<UserGrant, "hash">>, password: string): string;
  has(key: string): boolean;
  add(key: string): void;
}

/** Since its last use. A shipper that sends steadily is never asked for scrypt again, whatever its neighbours do. */
const TTL_MS = 10 * 60_000;
const MAX_REMEMBERED = 1_000;

export function createVerifiedPasswords(clock: Clock, max = MAX_REMEMBERED): VerifiedPasswords {
  const secret = randomBytes(32);
  /** Until when, ms since the epoch; in the order in which they were last used. */
  const until = new Map<string, number>();
  const add = (key: string): void => {
    until.delete(key);
    until.set(key, clock() + TTL_MS);
    const [oldest] = until.keys();
    if (until.size > max && oldest !== undefined) until.delete(oldest);
  };
  return {
    keyOf: (user, password) =>
      createHmac("sha256", secret)
        .update(JSON.stringify([user.id, user.hash?.text ?? null, password]))
        .digest("base64"),
    has(key) {
      if ((until.get(key) ?? 0) > clock()) {
        add(key);
        return true;
      }
      until.delete(key);
      return false;
    },
    add,
  };
}
