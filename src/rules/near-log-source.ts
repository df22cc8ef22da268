import { didYouMean } from "../lib/did-you-mean.js";
import type { DiagnosticSeverity } from "../lib/diagnostics.js";

/**
 * How gravely to say that a rule is for other logs. Where it most likely means CloudTrail's, and writes them otherwise,
 * a rule out of force is not what its author wants.
 */
export interface OtherLogsAdvice {
  readonly severity: DiagnosticSeverity;
  readonly hint: string;
}

/** @param meant is what to write for CloudTrail's logs where a near miss of them was found. */
export function adviseOtherLogs(meant: string | undefined, hint: string): OtherLogsAdvice {
  return meant === undefined
    ? { severity: "info", hint }
    : { severity: "warning", hint: `Did you mean ${meant}?` };
}

/** Whether a name, or a word in it, is CloudTrail's or nearly that. */
export function isNearCloudTrail(name: string): boolean {
  return [name, ...name.split(/[^A-Za-z]+/)].some((word) => didYouMean(word, ["cloudtrail"]) !== undefined);
}

/** Whether a name is that of the cloud, or nearly: of three letters, two in the wrong order are enough. */
export function isNearAws(name: string): boolean {
  const letters = name.toLowerCase().split(/(?=.)/).sort().join("");
  return letters === "asw" || didYouMean(name, ["aws", "amazon"]) !== undefined;
}
