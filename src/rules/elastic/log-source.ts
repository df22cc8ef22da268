import { isNearAws, isNearCloudTrail } from "../near-log-source.js";
import { fitsPattern, parsePattern } from "./wildcard-test.js";

/** How plainly a rule says that it is for CloudTrail. */
export type LogSource =
  /** Its integration or its index patterns name CloudTrail. */
  | { readonly kind: "cloudtrail" }
  /** It is for many kinds of events, or does not say: its query must tell. */
  | { readonly kind: "open" }
  | {
      readonly kind: "other";
      readonly reason: string;
      /** What to write instead, where a name is nearly that of CloudTrail's logs. */
      readonly meant: string | undefined;
    };

/** Indices that hold CloudTrail events where Elastic's own shippers write: the integration's and Filebeat's. */
const INDICES = ["logs-aws.cloudtrail-default", "filebeat-9.0.0"];
const INTEGRATION = "aws";

/** Decides by the rule's integrations and index patterns, either of which may be missing (undefined). */
export function toLogSource(
  integrations: readonly string[] | undefined,
  patterns: readonly string[] | undefined,
): LogSource {
  const indices = (patterns ?? []).filter((pattern) => !pattern.startsWith("-")).map(withoutCluster);
  const fitting = indices.filter((pattern) =>
    INDICES.some((index) => fitsPattern(index, parsePattern(pattern))),
  );
  if (indices.length > 0 && fitting.length === 0) {
    const meant = indices.some(isNearCloudTrail) ? '`index = ["logs-aws.cloudtrail-*"]`' : undefined;
    return { kind: "other", reason: `it is for ${indices.join(", ")}`, meant };
  }
  if (fitting.some((pattern) => pattern.includes("aws"))) {
    return { kind: "cloudtrail" };
  }
  if (integrations === undefined || integrations.length === 0) return { kind: "open" };
  if (integrations.includes(INTEGRATION)) return { kind: "cloudtrail" };
  const meant = integrations.some(isNearAws) ? `\`integration = ["${INTEGRATION}"]\`` : undefined;
  return { kind: "other", reason: `it is for the integration ${integrations.join(", ")}`, meant };
}

/** `cluster:pattern` searches another cluster. */
function withoutCluster(pattern: string): string {
  return pattern.slice(pattern.indexOf(":") + 1);
}
