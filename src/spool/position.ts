/** A place in the row of records: the number of a record, and how many documents there were up to and with it. */
export interface Position {
  readonly number: number;
  readonly documents: number;
}

export const START: Position = { number: 0, documents: 0 };

export function later(a: Position, b: Position): Position {
  return b.number > a.number ? b : a;
}

/** What lies between two places; nothing when they are the wrong way round. */
export function between(
  from: Position,
  to: Position,
): { readonly records: number; readonly documents: number } {
  if (to.number <= from.number) return { records: 0, documents: 0 };
  return { records: to.number - from.number, documents: Math.max(0, to.documents - from.documents) };
}
