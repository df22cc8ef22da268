/** The part of DQL that the dashboards use: `field: "value"`, `field: value`, `field: *`, `field > number`. */
export interface Condition {
  readonly field: string;
  readonly clause: object;
}

/** @throws on any other form: write what is missing before using it in a panel. */
export function parseQuery(query: string): Condition[] {
  if (query.trim() === "") return [];
  return query.split(/\s+and\s+/i).map((part) => {
    const match = /^([\w.@]+)\s*(:|>=?|<=?)\s*(?:"([^"\\]*)"|([\w.*-]+))$/.exec(part.trim());
    if (match === null) throw new Error(`The tests cannot read the query ${query}`);
    const [, field, operator, quoted, bare] = match as unknown as [string, string, string, string?, string?];
    if (operator === ":") {
      const clause = bare === "*" ? { exists: { field } } : { match_phrase: { [field]: quoted ?? bare } };
      return { field, clause };
    }
    const bound = { ">": "gt", ">=": "gte", "<": "lt", "<=": "lte" }[operator]!;
    return { field, clause: { range: { [field]: { [bound]: Number(bare) } } } };
  });
}
