import type { NamedList } from "../lists/named-list.js";
import type { Positions } from "../positions.js";
import type { Place, YamlSource } from "../yaml/yaml-source.js";

/** What reading one document of a file needs. */
export interface DocumentContext {
  readonly source: YamlSource;
  readonly lists: ReadonlyMap<string, NamedList>;
  readonly positions: Positions | undefined;
}

/** Notes where something stands, when somebody asks for positions; gives it back. The first place, the inmost, stays. */
export function placed<T extends object>(context: DocumentContext, value: T, at: Place | undefined): T {
  const { positions, source } = context;
  if (at !== undefined && positions?.has(value) === false) positions.set(value, source.position(at));
  return value;
}
