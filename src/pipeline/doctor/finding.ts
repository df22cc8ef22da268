export type FindingStatus = "ok" | "warn" | "fail" | "skipped";

/** What one check came to: a sentence on what is so, and where something is wrong one on what to do. */
export interface Finding {
  readonly status: FindingStatus;
  readonly message: string;
  readonly todo?: string;
  /** That what it asked gave no answer at all. */
  readonly unreachable?: true;
}

/** Thrown where a check cannot be made, or need not. */
export class SkippedError extends Error {
  override readonly name = "SkippedError";
}

export function ok(message: string): Finding {
  return { status: "ok", message };
}

export function warn(message: string, todo: string): Finding {
  return { status: "warn", message, todo };
}

export function fail(message: string, todo: string): Finding {
  return { status: "fail", message, todo };
}
