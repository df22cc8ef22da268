import { COMPARISONS, type Comparison, type EqlNode, type ListNode, type Membership } from "./syntax.js";
import { parseOperand } from "./parse-operand.js";
import { MAX_DEPTH, refuseDepth, type TokenReader } from "./token-reader.js";

/** Parses a condition: `or` of `and` of `not` of comparisons. */
export function parseCondition(reader: TokenReader, depth = 0): EqlNode {
  return parseJunction(reader, depth, "or");
}

/** Chains of `and` and `or` are one node, however long. */
function parseJunction(reader: TokenReader, depth: number, kind: "and" | "or"): EqlNode {
  const parse = (): EqlNode =>
    kind === "or" ? parseJunction(reader, depth, "and") : parseNegation(reader, depth);
  const first = parse();
  if (!reader.isKeyword(kind)) return first;
  const operands = [first];
  while (reader.takeKeyword(kind)) operands.push(parse());
  return { kind, operands, start: first.start, end: reader.end };
}

function parseNegation(reader: TokenReader, depth: number): EqlNode {
  const { start } = reader.next;
  if (!reader.takeKeyword("not")) return parseComparison(reader, depth);
  if (depth >= MAX_DEPTH) refuseDepth(start);
  const operand = parseNegation(reader, depth + 1);
  return { kind: "not", operand, start, end: reader.end };
}

function parseComparison(reader: TokenReader, depth: number): EqlNode {
  const left = parseOperand(reader, depth, parseCondition);
  const operator = takeComparison(reader);
  if (operator !== undefined) {
    const right = parseOperand(reader, depth, parseCondition);
    refuseChain(reader);
    return { kind: "comparison", operator, left, right, start: left.start, end: reader.end };
  }
  const negated = reader.isKeyword("not") && reader.isKeyword("in", 1);
  if (reader.isKeyword("not") && !negated) {
    reader.refuse(
      "not cannot stand here.",
      "Only `not in` is written behind a value; write `not field like …`.",
    );
  }
  if (negated) reader.take();
  const membership = takeMembership(reader);
  if (membership === undefined) return left;
  const right = parseValues(reader, depth, membership);
  const node: EqlNode = {
    kind: "membership",
    operator: membership,
    left,
    right,
    start: left.start,
    end: reader.end,
  };
  refuseChain(reader);
  return negated ? { kind: "not", operand: node, start: left.start, end: node.end } : node;
}

function takeComparison(reader: TokenReader): Comparison | undefined {
  const { next } = reader;
  const operator = next.kind === "sign" ? COMPARISONS.find((sign) => sign === next.sign) : undefined;
  if (operator !== undefined) reader.take();
  return operator;
}

function takeMembership(reader: TokenReader): Membership | undefined {
  if (reader.takeSign(":")) return ":";
  for (const word of ["in", "like", "regex"] as const) {
    if (reader.takeKeyword(word)) return reader.takeSign("~") ? `${word}~` : word;
  }
  return undefined;
}

function parseValues(
  reader: TokenReader,
  depth: number,
  operator: Membership,
): readonly EqlNode[] | ListNode {
  const token = reader.next;
  if (token.kind === "list") {
    reader.take();
    return { kind: "list", name: token.name, start: token.start, end: token.end };
  }
  const list = operator === "in" || operator === "in~";
  if (!reader.isSign("(")) {
    if (list) reader.fail("A list of values was expected", `Write \`${operator} ("first", "second")\`.`);
    return [parseOperand(reader, depth, parseCondition)];
  }
  if (depth >= MAX_DEPTH) refuseDepth(token.start);
  reader.take();
  if (reader.isSign(")")) reader.refuse("This list of values is empty.");
  const values = [parseCondition(reader, depth + 1)];
  while (reader.takeSign(",")) values.push(parseCondition(reader, depth + 1));
  reader.expectSign(")", "Values of a list are parted by commas.");
  return values;
}

function refuseChain(reader: TokenReader): void {
  const { next } = reader;
  const again = next.kind === "sign" && (next.sign === ":" || COMPARISONS.some((sign) => sign === next.sign));
  if (again) reader.refuse("Comparisons cannot be chained.", "Write `a < b and b < c`.");
}
