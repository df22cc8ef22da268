/** What becomes of a key at the top of a document: it is read, checked only, or silently accepted. */
type KeyUse = "read" | "checked";

const SHARED: readonly (readonly [string, KeyUse])[] = [
  ["title", "read"],
  ["id", "read"],
  ["name", "read"],
  ["related", "checked"],
  ["taxonomy", "read"],
  ["status", "read"],
  ["description", "read"],
  ["license", "checked"],
  ["references", "read"],
  ["author", "read"],
  ["date", "checked"],
  ["modified", "checked"],
  ["fields", "read"],
  ["falsepositives", "read"],
  ["level", "read"],
  ["tags", "read"],
  ["scope", "checked"],
];

/** Keys of the specification, by the kind of document; any other is one of the author's own. */
export const DOCUMENT_KEYS = {
  rule: new Map<string, KeyUse>([...SHARED, ["logsource", "read"], ["detection", "read"]]),
  filter: new Map<string, KeyUse>([...SHARED, ["logsource", "read"], ["filter", "read"]]),
  correlation: new Map<string, KeyUse>([...SHARED, ["correlation", "read"], ["generate", "read"]]),
} as const satisfies Record<string, ReadonlyMap<string, KeyUse>>;
export type DocumentKind = keyof typeof DOCUMENT_KEYS;
