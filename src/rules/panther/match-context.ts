import type { RuleSource } from "../front-end.js";
import type { Place, YamlSource } from "../yaml/yaml-source.js";

/** What is around match expressions: the lists they may name, and where to note positions. A `RuleSource` is one. */
export type MatchContext = Pick<RuleSource, "lists" | "positions">;

/** Notes where a part of a rule stands; gives back that part. */
export function markPosition<T extends object>(
  source: YamlSource,
  context: Pick<MatchContext, "positions">,
  at: Place | undefined,
  part: T,
): T {
  context.positions?.set(part, source.position(at));
  return part;
}
