import type { AlertDocument } from "../../src/enrich/types.js";
import { severityRank, type Severity } from "../../src/lib/severity.js";

const HEAD = ["SEVERITY", "ALERT", "RULE", "COUNT", "FIRST SEEN", "ACTOR"] as const;
/** A title holds field values, which can be of any length. */
const LONGEST = 60;

/** Gravest first, then in order of time; columns are padded, one line an alert. */
export function alertTable(alerts: readonly AlertDocument[]): string {
  const rows = [...alerts]
    .sort(byGravity)
    .map(({ alert, rule, outcome }) => [
      alert.severity,
      shorten(alert.title),
      rule.id,
      String(alert.count),
      alert.first_seen.replace(/\.\d+Z$/, "Z"),
      typeof outcome["actor_user"] === "string" ? shorten(outcome["actor_user"]) : "-",
    ]);
  const table = [[...HEAD], ...rows];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function byGravity(a: AlertDocument, b: AlertDocument): number {
  const gravity = severityRank(b.alert.severity) - severityRank(a.alert.severity);
  if (gravity !== 0) return gravity;
  return a.alert.first_seen < b.alert.first_seen ? -1 : a.alert.first_seen > b.alert.first_seen ? 1 : 0;
}

/** Control characters would break the table, or the terminal. */
function shorten(text: string): string {
  const plain = text.replace(/\p{Cc}+/gu, " ");
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}

export function gravestSeverity(alerts: readonly AlertDocument[]): Severity {
  const [gravest] = [...alerts].sort(byGravity);
  return gravest?.alert.severity ?? "info";
}
