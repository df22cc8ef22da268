import { didYouMean } from "../../lib/did-you-mean.js";
import { DEAD_REASON_CODES } from "../../lib/dead-reason.js";
import { listFlag, UsageError, type Options, type Values } from "../args.js";
import { timeFlag } from "../time-flag.js";

export const LETTER_OPTIONS = {
  reason: { type: "string", multiple: true },
  since: { type: "string" },
} as const satisfies Options;

export interface LetterFlags {
  readonly reasons?: readonly string[];
  readonly since?: number;
}

/** @throws UsageError for a reason that no letter has, or a time that is none. */
export function letterFlags(values: Values): LetterFlags {
  const reasons = listFlag(values, "reason");
  const known: readonly string[] = DEAD_REASON_CODES;
  for (const reason of reasons) {
    if (known.includes(reason)) continue;
    const meant = didYouMean(reason, known);
    const hint = meant === undefined ? `There are: ${known.join(", ")}.` : `Did you mean ${meant}?`;
    throw new UsageError(`There is no reason "${reason}". ${hint}`);
  }
  const since = timeFlag(values, "since", Date.now());
  return { ...(reasons.length === 0 ? {} : { reasons }), ...(since === undefined ? {} : { since }) };
}
