import type { Document, Node } from "yaml";

/**
 * Plain data of a node, aliases resolved.
 * @throws Error when its aliases contain themselves or stand for very much.
 */
export function toPlainData(document: Document, node: Node | undefined): unknown {
  try {
    return node?.toJS(document, { maxAliasCount: 0 }) as unknown;
  } catch {
    // It has aliases: those may stand for more than anybody can hold, or for what they are part of.
    const data: unknown = node?.toJS(document);
    JSON.stringify(data);
    return data;
  }
}
