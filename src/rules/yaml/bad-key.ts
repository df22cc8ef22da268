import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node } from "yaml";

/** A key that would be lost or mean something else: one that stands in its mapping already, is no text, or merges. */
export interface BadKey {
  readonly node: Node;
  /** Without a full stop at its end. */
  readonly message: string;
  readonly hint: string;
}

/** The first such key of a document; undefined when there is none. */
export function findBadKey(document: Document): BadKey | undefined {
  return document.contents === null ? undefined : findIn(document.contents);
}

function findIn(node: unknown): BadKey | undefined {
  if (isMap(node)) {
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      const found = judge(key, value, seen) ?? findIn(value);
      if (found !== undefined) return found;
    }
  } else if (isSeq(node)) {
    for (const item of node.items) {
      // A list may hold `? key` by itself.
      const found = isPair(item)
        ? (judge(item.key, item.value, new Set()) ?? findIn(item.value))
        : findIn(item);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function judge(key: unknown, value: unknown, seen: Set<unknown>): BadKey | undefined {
  if (isScalar(key)) {
    if (seen.has(key.value))
      return { node: key, message: "this key is there twice", hint: "Remove one of them." };
    seen.add(key.value);
    const merges =
      key.value === "<<" && key.type === "PLAIN" && (isAlias(value) || isMap(value) || isSeq(value));
    const message = "<<, which takes in the keys of another mapping, is no longer part of YAML";
    return merges ? { node: key, message, hint: "Write those keys out." } : undefined;
  }
  if (!isMap(key) && !isSeq(key) && !isAlias(key)) return undefined;
  return { node: key, message: "a key must be text", hint: "Write the key out, in quotes if need be." };
}
