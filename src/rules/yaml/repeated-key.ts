import { isMap, isPair, isScalar, isSeq, type Document, type Node } from "yaml";

/** The first key of a document that stands in its mapping already; undefined when there is none. */
export function findRepeatedKey(document: Document): Node | undefined {
  return document.contents === null ? undefined : findIn(document.contents);
}

function findIn(node: unknown): Node | undefined {
  if (isMap(node)) {
    const seen = new Set<unknown>();
    for (const pair of node.items) {
      if (isScalar(pair.key)) {
        if (seen.has(pair.key.value)) return pair.key;
        seen.add(pair.key.value);
      }
      const found = findIn(pair.key) ?? findIn(pair.value);
      if (found !== undefined) return found;
    }
  } else if (isSeq(node)) {
    for (const item of node.items) {
      const found = isPair(item) ? (findIn(item.key) ?? findIn(item.value)) : findIn(item);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
