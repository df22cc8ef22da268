import type { FieldFunction } from "../../field.js";

/** What a parameter takes when it is written out; what a field holds is seen when the rule runs. */
export type ParameterType = "text" | "number" | "integer" | "boolean" | "any";

interface Parameter {
  readonly type: ParameterType;
  /** May be left out, or be null: this is taken then. */
  readonly otherwise?: number | boolean | null;
}

interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** The last parameter may be there several times. */
  readonly repeats: boolean;
  /** May be written with a `~`. */
  readonly insensitive: boolean;
}

/** A function that gives a value. */
export interface ValueFunction extends Signature {
  readonly calls: FieldFunction;
  /** Whether null for an optional parameter is the same as leaving it out; otherwise it makes the result null. */
  readonly nullIsDefault: boolean;
}

/** A function that gives true or false. */
export interface ConditionFunction extends Signature {
  readonly condition: "startsWith" | "endsWith" | "stringContains" | "cidrMatch";
}

const TEXT: Parameter = { type: "text" };
const NUMBER: Parameter = { type: "number" };

const arithmetic = (name: FieldFunction): ValueFunction => ({
  name,
  calls: name,
  parameters: [NUMBER, NUMBER],
  repeats: false,
  insensitive: false,
  nullIsDefault: false,
});

export const VALUE_FUNCTIONS: readonly ValueFunction[] = [
  arithmetic("add"),
  {
    name: "between",
    calls: "between",
    parameters: [TEXT, TEXT, TEXT, { type: "boolean", otherwise: false }],
    repeats: false,
    insensitive: true,
    nullIsDefault: false,
  },
  {
    name: "concat",
    calls: "concat",
    parameters: [{ type: "any" }],
    repeats: true,
    insensitive: false,
    nullIsDefault: false,
  },
  arithmetic("divide"),
  {
    name: "indexOf",
    calls: "index_of",
    parameters: [TEXT, TEXT, { type: "integer", otherwise: 0 }],
    repeats: false,
    insensitive: true,
    nullIsDefault: false,
  },
  {
    name: "length",
    calls: "length",
    parameters: [TEXT],
    repeats: false,
    insensitive: false,
    nullIsDefault: false,
  },
  arithmetic("modulo"),
  arithmetic("multiply"),
  {
    name: "number",
    calls: "number",
    parameters: [TEXT, { type: "integer", otherwise: null }],
    repeats: false,
    insensitive: false,
    nullIsDefault: true,
  },
  {
    name: "string",
    calls: "string",
    parameters: [{ type: "any" }],
    repeats: false,
    insensitive: false,
    nullIsDefault: false,
  },
  {
    name: "substring",
    calls: "substring",
    parameters: [TEXT, { type: "integer" }, { type: "integer", otherwise: null }],
    repeats: false,
    insensitive: false,
    nullIsDefault: true,
  },
  arithmetic("subtract"),
];

const condition = (name: ConditionFunction["condition"], repeats: boolean): ConditionFunction => ({
  name,
  condition: name,
  parameters: [TEXT, TEXT],
  repeats,
  insensitive: !repeats,
});

export const CONDITION_FUNCTIONS: readonly ConditionFunction[] = [
  condition("cidrMatch", true),
  condition("endsWith", false),
  condition("startsWith", false),
  condition("stringContains", false),
];

/** Functions by their name in lower case: case does not count in it. */
const BY_NAME: ReadonlyMap<string, ValueFunction | ConditionFunction> = new Map(
  [...VALUE_FUNCTIONS, ...CONDITION_FUNCTIONS].map((known) => [known.name.toLowerCase(), known]),
);

export function findFunction(name: string): ValueFunction | ConditionFunction | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function isConditionFunction(name: string): boolean {
  const found = findFunction(name);
  return found !== undefined && "condition" in found;
}

export const FUNCTION_NAMES: readonly string[] = [...BY_NAME.values()].map((known) => known.name);
