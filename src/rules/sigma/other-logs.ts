import type { DiagnosticSeverity } from "../../lib/diagnostics.js";
import { isCloudTrail, otherLogsMessage } from "./logsource.js";

/** A rule for other logs, as found without parsing its file; line and column are those of its `logsource`. */
export interface OtherLogs {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly severity: DiagnosticSeverity;
  readonly message: string;
  readonly hint: string;
}

const MAY_BE_CLOUDTRAIL = /^[ \t]+service:[ \t]+["']?cloudtrail/im;
/** Documents that are more than one rule, or written otherwise than almost all are. */
const NOT_PLAIN = /^(?:---|\.\.\.|%|action:|filter:|correlation:|\{|["'])/m;
const LOG_SOURCE = /^logsource:[ \t]*(?:#.*)?\r?\n((?:[ \t]+\S.*\r?\n|[ \t]*(?:#.*)?\r?\n)+)/gm;
const PART =
  /^[ \t]+(category|product|service):[ \t]+(?:'([^'\\]*)'|"([^"\\]*)"|([\w.-]+))[ \t]*(?:#.*)?\r?$/gm;
const ANY_PART = /^[ \t]+(?:category|product|service|["'?<])/gm;

/**
 * Looks for what decides whether a rule is for other logs in its text alone: most rules of a public collection are, and
 * parsing takes a hundred times longer. Undefined wherever that is not certain; the parsed document decides then.
 */
export function findOtherLogs(text: string): OtherLogs | undefined {
  if (MAY_BE_CLOUDTRAIL.test(text)) return undefined;
  const body = text.replace(/^---[ \t]*\r?\n/, "");
  if (NOT_PLAIN.test(body) || !/^detection:/m.test(body)) return undefined;
  const [found, another] = text.matchAll(LOG_SOURCE);
  if (found === undefined || another !== undefined || text.match(/^logsource/gm)?.length !== 1)
    return undefined;
  const block = found[1] ?? "";
  if (/:[ \t]+[|>]/.test(block)) return undefined;
  const parts = new Map<string, string>();
  for (const [, key = "", single, double, plain] of block.matchAll(PART)) {
    if (plain === "null") return undefined;
    parts.set(key, (single ?? double ?? plain ?? "").toLowerCase());
  }
  // Each part that there is was read, and none twice.
  if (parts.size === 0 || (block.match(ANY_PART) ?? []).length !== parts.size) return undefined;
  const logSource = {
    category: parts.get("category"),
    product: parts.get("product"),
    service: parts.get("service"),
  };
  if (isCloudTrail(logSource)) return undefined;
  const line = text.slice(0, found.index).split("\n").length;
  return {
    id: valueOf(text, "id"),
    name: valueOf(text, "name"),
    line,
    column: 1,
    ...otherLogsMessage("rule", logSource),
  };
}

/** The value of a key at the top that stands on one line. */
function valueOf(text: string, key: string): string | undefined {
  const [, single, double, plain] =
    new RegExp(`^${key}:[ \\t]+(?:'([^'\\n]*)'|"([^"\\\\\\n]*)"|([^\\s'"#&*!|>%@\`][^\\n#]*))`, "m").exec(
      text,
    ) ?? [];
  return (single ?? double ?? plain)?.trim();
}
