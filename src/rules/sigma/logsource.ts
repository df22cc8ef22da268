import type { Node } from "yaml";
import { adviseOtherLogs, isNearAws, isNearCloudTrail, type OtherLogsAdvice } from "../near-log-source.js";
import type { YamlSource } from "../yaml/yaml-source.js";

/** What a rule's `logsource` says of the logs that it is for; undefined where it says nothing. */
export interface LogSource {
  readonly category: string | undefined;
  readonly product: string | undefined;
  readonly service: string | undefined;
}

const PARTS = ["category", "product", "service"] as const;

/** Reads a `logsource`; its `definition` and keys of one's own say nothing here. Undefined when it was refused. */
export function readLogSource(source: YamlSource, node: Node | undefined): LogSource | undefined {
  const entries = source.entries(node, "logsource");
  if (source.failed()) return undefined;
  const part = (key: (typeof PARTS)[number]): string | undefined => {
    const entry = entries.find((candidate) => candidate.key === key);
    if (entry === undefined || source.scalar(entry.value) === null) return undefined;
    return source.string(entry.value, `${key} of logsource`)?.toLowerCase();
  };
  const logSource = { category: part("category"), product: part("product"), service: part("service") };
  if (PARTS.some((key) => logSource[key] !== undefined)) return logSource;
  if (!source.failed())
    source.report(
      "bad-value",
      node,
      "The logsource names no logs.",
      "Write `product: aws` and `service: cloudtrail`.",
    );
  return undefined;
}

/**
 * Whether its logs are CloudTrail's: `service: cloudtrail` of `product: aws` or of no product named, or `product: aws`
 * with neither a service nor a category.
 */
export function isCloudTrail({ category, product, service }: LogSource): boolean {
  if (service === "cloudtrail") return product === undefined || product === "aws";
  return product === "aws" && service === undefined && category === undefined;
}

/** Whether what the narrower one is for is among what the wider one is for. */
export function includesLogSource(wider: LogSource, narrower: LogSource): boolean {
  return PARTS.every((key) => wider[key] === undefined || wider[key] === narrower[key]);
}

/** What to say of a document for other logs. */
export function otherLogsMessage(
  kind: string,
  logSource: LogSource,
): OtherLogsAdvice & { readonly message: string } {
  const meant = "`product: aws` with `service: cloudtrail`";
  return {
    message: `The ${kind} is for ${describeLogSource(logSource)} and is not loaded.`,
    ...adviseOtherLogs(isNear(logSource) ? meant : undefined, `Only ${meant} passes through here.`),
  };
}

function isNear(logSource: LogSource): boolean {
  const { category, product, service } = logSource;
  if (isNearCloudTrail(product ?? "")) return true;
  if (product !== undefined && !isNearAws(product)) return false;
  if ([category, service].some((name) => isNearCloudTrail(name ?? ""))) return true;
  return service === undefined && category === undefined;
}

/** `product aws, service cloudtrail`, for messages. */
export function describeLogSource(logSource: LogSource): string {
  return PARTS.flatMap((key) => (logSource[key] === undefined ? [] : `${key} ${logSource[key]}`)).join(", ");
}
