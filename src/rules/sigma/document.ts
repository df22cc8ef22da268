import { isMap, isScalar } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Entry } from "../yaml/yaml-source.js";
import type { DocumentContext } from "./context.js";
import { DOCUMENT_KEYS, type DocumentKind } from "./rule-keys.js";

/** One document of a file, its keys known. A key with nothing behind it counts as absent. */
export interface SigmaDocument {
  readonly kind: DocumentKind;
  entry(key: string): Entry | undefined;
  /** Text of a key; undefined where it is absent, or refused. */
  text(key: string): string | undefined;
  /** List of texts, or one text alone. */
  texts(key: string): readonly string[];
}

const STATUSES = ["stable", "test", "experimental", "deprecated", "unsupported"];
const RETIRED = ["deprecated", "unsupported"];

const SHARING = ["global", "reset", "repeat"];

/** Whether a document shares its parts with those behind it, or takes them from before: Sigma of old. Told where it does. */
export function isSharing({ source }: DocumentContext): boolean {
  if (!isMap(source.root)) return false;
  const action = source.entries(source.root, "A rule").find(({ key }) => key === "action");
  const text = source.scalar(action?.value);
  if (action === undefined || typeof text !== "string" || !SHARING.includes(text)) return false;
  const message = `Documents of \`action: ${text}\` are no longer part of Sigma, so that nothing of the file is loaded.`;
  source.report("global-document", action.keyNode, message, "Write out each rule as a document of its own.");
  return true;
}

/** Opens a document and tells its kind by its keys. Undefined when it was refused. */
export function openDocument({ source }: DocumentContext): SigmaDocument | undefined {
  if (source.failed() || source.root === undefined) return undefined;
  if (!isMap(source.root)) {
    source.report("not-a-rule", source.root, "The document is no mapping.", "Write `title: …` and so on.");
    return undefined;
  }
  const entries = source.entries(source.root, "A rule");
  const keys = new Map(
    entries.filter(({ value }) => source.scalar(value) !== null).map((entry) => [entry.key, entry]),
  );
  const kind = keys.has("correlation") ? "correlation" : keys.has("filter") ? "filter" : "rule";
  return {
    kind,
    entry: (key) => keys.get(key),
    text: (key) => {
      const entry = keys.get(key);
      return entry === undefined ? undefined : source.string(entry.value, key);
    },
    texts: (key) => {
      const entry = keys.get(key);
      if (entry === undefined) return [];
      return isScalar(entry.value)
        ? [source.string(entry.value, key) ?? []].flat()
        : source.strings(entry.value, key);
    },
  };
}

/** Tells of keys that look like misspelt ones; any other unknown key is one of the author's own. */
export function checkKeys({ source }: DocumentContext, kind: DocumentKind): void {
  const known = DOCUMENT_KEYS[kind];
  for (const { key, keyNode } of source.entries(source.root, "A rule")) {
    const meant = known.has(key) ? undefined : didYouMean(key, known.keys());
    if (meant === undefined) continue;
    const message = `${key} is no key of the format, and taken as one of your own.`;
    source.report("unknown-key", keyNode, message, `Did you mean ${meant}?`, "warning");
  }
}

/** Whether a document is to be loaded by its status; tells when it is not. */
export function isCurrent({ source }: DocumentContext, document: SigmaDocument): boolean {
  const entry = document.entry("status");
  const status = document.text("status")?.toLowerCase();
  if (entry === undefined || status === undefined) return entry === undefined;
  if (RETIRED.includes(status)) {
    const message = `The ${document.kind}'s status is ${status}, so it is not loaded.`;
    source.report("rule-retired", entry.keyNode, message, undefined, "info");
    return false;
  }
  if (STATUSES.includes(status)) return true;
  const meant = didYouMean(status, STATUSES);
  const hint = meant === undefined ? `Statuses are ${STATUSES.join(", ")}.` : `Did you mean ${meant}?`;
  source.report("bad-value", entry.value, `There is no status ${JSON.stringify(status)}.`, hint);
  return false;
}

/** Whether its fields are named as the log itself names them. */
export function hasOwnTaxonomy({ source }: DocumentContext, document: SigmaDocument): boolean {
  const taxonomy = document.text("taxonomy");
  if (taxonomy === undefined || taxonomy.toLowerCase() === "sigma") return true;
  source.report(
    "unsupported-taxonomy",
    document.entry("taxonomy")?.value,
    `The taxonomy ${JSON.stringify(taxonomy)} is not supported.`,
    "Name the fields as CloudTrail does, and remove the key.",
  );
  return false;
}
