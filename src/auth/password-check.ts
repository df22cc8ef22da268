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

export interface PasswordCheck {
  /** Without computing the hash: true when this pair was right a short while ago. */
  remembered(user: UserGrant | undefined, password: string): boolean;
  /** The same pair is being checked just now: a shipper opens many connections at once, and they share the work. */
  underWay(user: UserGrant | undefined, password: string): Promise<PasswordVerdict> | undefined;
  /** Computes the hash. An unknown user costs the same and is wrong. */
  check(user: UserGrant | undefined, password: string): Promise<PasswordVerdict>;
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

  async function compute(user: UserGrant | undefined, password: string): Promise<PasswordVerdict> {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING) return "busy";
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      const same = await matches(password, user?.hash ?? decoy);
      return same && user !== undefined ? "right" : "wrong";
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  return {
    remembered: (user, password) => user !== undefined && verified.has(verified.keyOf(user, password)),
    underWay: (user, password) =>
      user === undefined ? undefined : underWay.get(verified.keyOf(user, password)),
    check(user, password) {
      if (user === undefined) return compute(user, password);
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
