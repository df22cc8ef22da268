import type { Clock } from "../lib/clock.js";

/** How often each address may be wrong: a bucket of attempts that fills up again over a minute. */
export interface FailureLimit {
  /** Takes an attempt; 0, or the seconds until there is one again. */
  take(address: string): number;
  /** The attempt was right: it does not count. */
  giveBack(address: string): void;
  /** Addresses that have failed lately. */
  readonly size: number;
}

interface Bucket {
  left: number;
  /** ms since the epoch of what `left` says. */
  at: number;
}

/** Beyond it the one that was not heard of for longest is forgotten: memory stays bounded, whoever sends. */
const MAX_ADDRESSES = 10_000;

export function createFailureLimit(
  perMinute: number,
  clock: Clock,
  maxAddresses = MAX_ADDRESSES,
): FailureLimit {
  /** In the order in which they were last used. */
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;

  function bucketOf(address: string): Bucket {
    const now = clock();
    const known = buckets.get(address);
    buckets.delete(address);
    // A clock that was set back takes nothing away.
    const left =
      known === undefined ? perMinute : Math.min(perMinute, known.left + Math.max(0, now - known.at) * perMs);
    const bucket = { left, at: now };
    buckets.set(address, bucket);
    return bucket;
  }

  function forget(): void {
    const now = clock();
    for (const [address, { left, at }] of buckets) {
      const full = left + (now - at) * perMs >= perMinute;
      if (!full && buckets.size <= maxAddresses) break;
      buckets.delete(address);
    }
  }

  return {
    take(address) {
      const bucket = bucketOf(address);
      if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perMs / 1000));
      bucket.left -= 1;
      forget();
      return 0;
    },
    giveBack(address) {
      const bucket = buckets.get(address);
      if (bucket !== undefined) bucket.left = Math.min(perMinute, bucket.left + 1);
    },
    get size() {
      return buckets.size;
    },
  };
}
