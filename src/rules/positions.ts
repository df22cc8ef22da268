/** A place in a file, 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Where the parts of rules stand in their files: a rule, an expression, a field reference, an ATT&CK reference or a test,
 * each the very object that the rule holds.
 */
export type Positions = WeakMap<object, Position>;
