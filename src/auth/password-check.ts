import type { Clock } from "../lib/clock.js";
import type { UserGrant } from "./credentials.js";
import {
  decoyHash,
  DEFAULT_COST,
  matchesPassword,
  type PasswordHash,
  type ScryptCost,
} from "./password-hash.js";
import { createVerifiedPasswords } from "./verified-passwords.js";

/** `busy`: as many wait already as may. */
export type PasswordVerdict = "right" | "wrong" | "busy";

/** Who somebody says to be: a user, or a name that nobody has. */
export type Claimed = UserGrant | { readonly id: string; readonly hash?: undefined };

export interface PasswordCheck {
  /** Without computing the hash: true when this pair was right a short while ago. */
  remembered(user: Claimed, password: string): boolean;
  /** The same pair is being checked just now: a shipper opens many connections at once, and they share the work. */
  underWay(user: Claimed, password: string): Promise<PasswordVerdict> | undefined;
  /** Computes the hash. An unknown user costs the same and is wrong. */
  check(user: Claimed, password: string): Promise<PasswordVerdict>;
  /** What a check of an unknown user costs from now on. */
  imitate(cost: ScryptCost): void;
}

export interface PasswordCheckOptions {
  readonly clock: Clock;
  /** For tests that count. */
  readonly matches?: (
    password: string,
    hash: Pick<PasswordHash, "salt" | "hash" | "cost">,
  ) => Promise<boolean>;
}

/** Of the four threads that the process has for such work and for the disk; 32 MiB each. */
const AT_ONCE = 2;
const MAX_WAITING = 32;

export function createPasswordCheck({
  clock,
  matches = matchesPassword,
}: PasswordCheckOptions): PasswordCheck {
  const verified = createVerifiedPasswords(clock);
  const underWay = new Map<string, Promise<PasswordVerdict>>();
  const waiting: (() => void)[] = [];
  let decoy = decoyHash(DEFAULT_COST);
  let running = 0;

  async function compute(user: Claimed, password: string): Promise<PasswordVerdict> {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING) return "busy";
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      const same = await matches(password, user.hash ?? decoy);
      return same && user.hash !== undefined ? "right" : "wrong";
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  return {
    remembered: (user, password) => verified.has(verified.keyOf(user, password)),
    // Names that nobody has as well: who exists must not show by what is shared.
    underWay: (user, password) => underWay.get(verified.keyOf(user, password)),
    check(user, password) {
      const key = verified.keyOf(user, password);
      const work = compute(user, password)
        .then((verdict) => {
          if (verdict === "right") verified.add(key);
          return verdict;
        })
        .finally(() => underWay.delete(key));
      underWay.set(key, work);
      return work;
    },
    imitate(cost) {
      decoy = decoyHash(cost);
    },
  };
}
