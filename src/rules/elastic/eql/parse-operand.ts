import { ARITHMETIC, type Arithmetic, type EqlNode, type LiteralNode } from "./syntax.js";
import { MAX_DEPTH, refuseDepth, type TokenReader } from "./token-reader.js";

/** Parses a condition; handed in, since a parenthesis within a value holds one. */
type ParseCondition = (reader: TokenReader, depth: number) => EqlNode;

const SUMS: readonly Arithmetic[] = ["+", "-"];
const PRODUCTS: readonly Arithmetic[] = ["*", "/", "%"];

/** Parses what stands on one side of a comparison: a value, or arithmetic with values. */
export function parseOperand(reader: TokenReader, depth: number, parseCondition: ParseCondition): EqlNode {
  return parseChain(reader, depth, SUMS, () =>
    parseChain(reader, depth, PRODUCTS, () => parseSigned(reader, depth, parseCondition)),
  );
}

/** From left to right: `a - b - c` is `(a - b) - c`, each operator a level more. */
function parseChain(
  reader: TokenReader,
  depth: number,
  operators: readonly Arithmetic[],
  parse: () => EqlNode,
): EqlNode {
  let left = parse();
  for (let levels = depth; ; levels++) {
    const operator = peekArithmetic(reader);
    if (operator === undefined || !operators.includes(operator)) return left;
    if (levels >= MAX_DEPTH) refuseDepth(reader.next.start);
    reader.take();
    const right = parse();
    left = { kind: "arithmetic", operator, left, right, start: left.start, end: reader.end };
  }
}

function peekArithmetic(reader: TokenReader): Arithmetic | undefined {
  const { next } = reader;
  return next.kind === "sign" ? ARITHMETIC.find((operator) => operator === next.sign) : undefined;
}

function parseSigned(reader: TokenReader, depth: number, parseCondition: ParseCondition): EqlNode {
  const { start } = reader.next;
  const minus = reader.takeSign("-");
  if (!minus && !reader.takeSign("+")) return parsePrimary(reader, depth, parseCondition);
  if (depth >= MAX_DEPTH) refuseDepth(start);
  const operand = parseSigned(reader, depth + 1, parseCondition);
  const { end } = reader;
  if (operand.kind === "literal" && typeof operand.value === "number") {
    return { ...operand, value: minus ? -operand.value : operand.value, start, end };
  }
  const zero: LiteralNode = { kind: "literal", value: 0, fraction: false, start, end: start };
  // Adding 0 leaves a number as it is, and what is none is refused.
  return { kind: "arithmetic", operator: minus ? "-" : "+", left: zero, right: operand, start, end };
}

function parsePrimary(reader: TokenReader, depth: number, parseCondition: ParseCondition): EqlNode {
  const token = reader.next;
  const { start, end } = token;
  switch (token.kind) {
    case "string":
      reader.take();
      return { kind: "literal", value: token.value, fraction: false, start, end };
    case "number":
      reader.take();
      return { kind: "literal", value: token.value, fraction: token.fraction, start, end };
    case "quoted_name":
      return parseField(reader, false);
    case "word":
      if (token.keyword === undefined || reader.isSign(".", 1)) {
        return isCall(reader) ? parseCall(reader, depth, parseCondition) : parseField(reader, false);
      }
      return parseConstant(reader);
    case "sign":
      if (reader.takeSign("?")) return parseField(reader, true, start);
      if (!reader.isSign("(")) break;
      if (depth >= MAX_DEPTH) refuseDepth(start);
      return parseGroup(reader, depth, parseCondition);
    case "list":
    case "end":
  }
  return reader.fail("a value was expected");
}

/** What is in parentheses begins and ends with them. */
function parseGroup(reader: TokenReader, depth: number, parseCondition: ParseCondition): EqlNode {
  const { start } = reader.take();
  const inner = parseCondition(reader, depth + 1);
  if (!reader.isSign(")")) {
    const unquoted = reader.next.kind === "word" || reader.next.kind === "quoted_name";
    reader.fail(") was expected", unquoted ? "Conditions are joined by and or or." : undefined);
  }
  reader.take();
  return { ...inner, start, end: reader.end };
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

function parseConstant(reader: TokenReader): EqlNode {
  const token = reader.next;
  const value = token.kind === "word" ? CONSTANTS.get(token.text) : undefined;
  if (value === undefined) {
    return reader.fail("a value was expected", "A field that is named like a keyword needs backquotes.");
  }
  reader.take();
  return { kind: "literal", value, fraction: false, start: token.start, end: token.end };
}

/** `name(` or `name~(`. */
function isCall(reader: TokenReader): boolean {
  return reader.isSign("(", 1) || (reader.isSign("~", 1) && reader.isSign("(", 2));
}

function parseCall(reader: TokenReader, depth: number, parseCondition: ParseCondition): EqlNode {
  const token = reader.take();
  const ignoreCase = reader.takeSign("~");
  if (depth >= MAX_DEPTH) refuseDepth(token.start);
  reader.expectSign("(");
  const args: EqlNode[] = [];
  if (!reader.isSign(")")) {
    do args.push(parseCondition(reader, depth + 1));
    while (reader.takeSign(","));
  }
  reader.expectSign(")", "Arguments of a function are parted by commas.");
  const name = token.kind === "word" ? token.text : "";
  return { kind: "call", name, ignoreCase, args, start: token.start, end: reader.end };
}

/** Names parted by dots; behind a dot a keyword is a name. */
function parseField(reader: TokenReader, optional: boolean, start = reader.next.start): EqlNode {
  const names: string[] = [];
  do {
    const { next } = reader;
    if (next.kind !== "word" && next.kind !== "quoted_name") {
      return reader.fail(
        "the name of a field was expected",
        "Other names than words need backquotes: `my-field`.",
      );
    }
    names.push(next.text);
    reader.take();
  } while (reader.takeSign("."));
  if (reader.isSign("[")) {
    reader.refuse("EQL cannot read one element of a list.", "Leave the index out: each value is looked at.");
  }
  return { kind: "field", name: names.join("."), optional, start, end: reader.end };
}
