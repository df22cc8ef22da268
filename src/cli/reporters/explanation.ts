import { own, type JsonObject, type JsonValue } from "../../lib/json.js";
import type { ExplainNode, SeenValue } from "../../match/explain.js";
import type { EventExplanation, ExplainedHit } from "../../pipeline/explain-event.js";
import type { Rule } from "../../rules/ir.js";
import { oneLine } from "./one-line.js";

/** Characters of a value that are shown. */
const MAX_VALUE = 100;

/** The tree of a condition, a line for each part: what held (✓), what did not (✗), and the values seen. */
export function toTreeLines(node: ExplainNode, depth = 0): readonly string[] {
  const element = node.element === undefined ? "" : `[${node.element}] `;
  const own = `${"  ".repeat(depth)}${node.held ? "✓" : "✗"} ${element}${node.text}${seenText(node)}`;
  const omitted =
    node.omitted === undefined
      ? []
      : [`${"  ".repeat(depth + 1)}… ${node.omitted} more ${node.omitted === 1 ? "element" : "elements"}`];
  return [own, ...node.terms.flatMap((term) => toTreeLines(term, depth + 1)), ...omitted];
}

/** One test with what it saw, on one line. */
export function toTestLine(node: ExplainNode): string {
  return `${node.held ? "✓" : "✗"} ${node.text}${seenText(node)}`;
}

function seenText({ seen, error }: ExplainNode): string {
  if (error !== undefined) return `  (cannot be evaluated: ${error})`;
  if (seen.length === 0) return "";
  const [only] = seen;
  const texts = seen.length === 1 && only !== undefined ? [valueText(only.value)] : seen.map(namedValue);
  return `  ← ${texts.join(", ")}`;
}

function namedValue({ field, value }: SeenValue): string {
  return `${field} = ${valueText(value)}`;
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length <= MAX_VALUE
    ? text
    : `${text.slice(0, MAX_VALUE)}… (${text.length.toLocaleString("en-US")} characters)`;
}

export interface ExplainedRecord {
  readonly record: JsonObject;
  readonly explanation: EventExplanation;
}

/** What `trailtag explain` prints. */
export function toExplanationText(rule: Rule, explained: readonly ExplainedRecord[]): string {
  return explained
    .map(({ record, explanation }) => {
      const lines = [
        `${rule.id} ${explanation.matches ? "matches" : "does not match"} ${eventName(record)}`,
        ...hitLines(rule, explanation.hit),
        "",
        ...toTreeLines(explanation.condition),
      ];
      return `${lines.map(oneLine).join("\n")}\n`;
    })
    .join("\n");
}

function eventName(record: JsonObject): string {
  const words = ["eventName", "eventID"]
    .map((key) => own(record, key))
    .filter((value) => typeof value === "string");
  return words.length === 0 ? "the event" : words.join(" ");
}

function hitLines(rule: Rule, hit: ExplainedHit | undefined): readonly string[] {
  if (hit === undefined) return [];
  const exceptions = hit.exceptions.map(({ id, expired }) => (expired ? `${id} (expired)` : id));
  return [
    `  title       ${hit.title}`,
    `  severity    ${hit.severity}, risk score ${hit.risk_score}`,
    hit.dedup_key === undefined ? `  alert       ${withoutAlert(rule)}` : `  dedup key   ${hit.dedup_key}`,
    ...(exceptions.length === 0 ? [] : [`  exceptions  ${exceptions.join(", ")}`]),
  ];
}

function withoutAlert({ stateful }: Rule): string {
  return stateful === undefined
    ? "none: the rule tags events only"
    : "none: the rule needs several events, and tags each of them";
}
