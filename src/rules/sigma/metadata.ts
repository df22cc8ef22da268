import { isSeq } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Severity } from "../../lib/severity.js";
import type { AttackReference } from "../ir.js";
import type { Entry } from "../yaml/yaml-source.js";
import { parseAttackTag } from "./attack-tags.js";
import { placed, type DocumentContext } from "./context.js";
import type { SigmaDocument } from "./document.js";

/** What rules and correlations say about themselves, beside what they look for. */
export interface Metadata {
  readonly id: string;
  readonly title: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly severity: Severity;
  readonly references: readonly string[];
  readonly authors: readonly string[];
  readonly falsePositives: readonly string[];
  readonly fields: readonly string[];
  readonly tags: readonly string[];
  readonly attack: readonly AttackReference[];
}

/** Levels of the specification; a rule without one counts as `medium`. */
export const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ["informational", "info"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["critical", "critical"],
]);

const MAX_TITLE = 256;
const RELATIONS = ["derived", "obsolete", "merged", "renamed", "similar"];
const DATE = /^[1-3]\d{3}(?:-[01]\d-[0-3]\d|\/[01]?\d\/[0-3]?\d)$/;

/** Reads what all documents have in common. Undefined when it was refused. */
export function readMetadata(context: DocumentContext, document: SigmaDocument): Metadata | undefined {
  const { source } = context;
  const title = requireText(document, context, "title", "`title: Trail stopped`, for example");
  const id = requireText(
    document,
    context,
    "id",
    "an `id` that no other rule has, a random UUID for example",
  );
  if (title !== undefined && title.length > MAX_TITLE)
    source.report(
      "bad-value",
      document.entry("title")?.value,
      `The title is longer than ${MAX_TITLE} characters.`,
      "Say the rest in the description.",
      "warning",
    );
  const severity = readLevel(context, document.entry("level"));
  const read = {
    name: document.text("name"),
    description: document.text("description"),
    references: document.texts("references"),
    authors: (document.text("author") ?? "").split(",").flatMap((author) => author.trim() || []),
    falsePositives: document.texts("falsepositives"),
    fields: document.texts("fields"),
    tags: document.texts("tags"),
    attack: readAttack(context, document.entry("tags")),
  };
  checkRest(context, document);
  if (id === undefined || title === undefined || severity === undefined) return undefined;
  return { id, title, severity, ...read };
}

function requireText(
  document: SigmaDocument,
  { source }: DocumentContext,
  key: string,
  example: string,
): string | undefined {
  if (document.entry(key) === undefined) {
    source.report("missing-key", source.root, `The ${document.kind} has no ${key}.`, `Add ${example}.`);
    return undefined;
  }
  const text = document.text(key);
  if (text?.trim() !== "") return text;
  source.report("bad-value", document.entry(key)?.value, `The ${key} is empty.`, `Write ${example}.`);
  return undefined;
}

function readLevel({ source }: DocumentContext, entry: Entry | undefined): Severity | undefined {
  if (entry === undefined) return "medium";
  const text = source.string(entry.value, "level");
  if (text === undefined) return undefined;
  const severity = LEVELS.get(text.toLowerCase());
  if (severity !== undefined) return severity;
  const meant = didYouMean(text, LEVELS.keys());
  const hint =
    meant === undefined ? `Levels are ${[...LEVELS.keys()].join(", ")}.` : `Did you mean ${meant}?`;
  source.report("bad-value", entry.value, `There is no level ${JSON.stringify(text)}.`, hint);
  return undefined;
}

/** Tags that are no text are reported with the tags. */
function readAttack(context: DocumentContext, entry: Entry | undefined): readonly AttackReference[] {
  const { source } = context;
  if (entry === undefined || !isSeq(entry.value)) return [];
  return (source.items(entry.value, "tags") ?? []).flatMap((node) => {
    const text = source.scalar(node);
    const tag = typeof text === "string" ? parseAttackTag(text) : undefined;
    if (tag?.kind === "reference") return placed(context, tag.reference, node);
    if (tag?.kind === "unknown") {
      const message = `${JSON.stringify(text)} is no ATT&CK tactic or technique.`;
      const hint =
        tag.meant === undefined
          ? "Write attack.t1078.004 or attack.initial-access."
          : `Did you mean ${tag.meant}?`;
      source.report("bad-attack-reference", node, message, hint, "warning");
    }
    return [];
  });
}

/** Keys that are not used are looked at all the same: a rule is meant for others too. */
function checkRest({ source }: DocumentContext, document: SigmaDocument): void {
  document.text("license");
  document.texts("scope");
  for (const key of ["date", "modified"]) {
    const text = document.text(key);
    if (text === undefined || DATE.test(text)) continue;
    const value = document.entry(key)?.value;
    source.report("bad-value", value, `${key} is no date.`, "Write it as 2026-01-31.", "warning");
  }
  const related = document.entry("related");
  for (const item of related === undefined ? [] : (source.items(related.value, "related") ?? [])) {
    const type = source.entries(item, "An item of related").find(({ key }) => key === "type");
    const text = type === undefined ? undefined : source.scalar(type.value);
    if (typeof text === "string" && RELATIONS.includes(text)) continue;
    const hint = `Types are ${RELATIONS.join(", ")}.`;
    source.report("bad-value", type?.value ?? item, "An item of related has no known type.", hint, "warning");
  }
}
