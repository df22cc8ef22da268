import type { OrderOperator, TimePart } from "../expression.js";
import { problem, wrongValue, type Modifier } from "./modifier.js";

/** `lt` and its like: of a number, or of a part of a time that a modifier before it names. */
export function orderModifier(operator: OrderOperator): Modifier {
  return {
    scope: "value",
    needsField: true,
    apply: (value, { name }) => {
      if (value.kind === "number")
        return { kind: "test", test: { kind: "compare", operator, value: value.value } };
      if (value.kind === "time" && value.operator === "eq") return { ...value, operator };
      return wrongValue(name, "a number", value);
    },
  };
}

/** A part of a time that is the number given, from `min` to `max`. */
export function timeModifier(part: TimePart, min: number, max: number): Modifier {
  return {
    scope: "value",
    needsField: true,
    apply: (value, { name, applied }) => {
      if (value.kind === "test")
        return problem(
          `${name} stands before ${applied.at(-1) ?? "it"}, not behind it.`,
          `Write |${name}|${applied.at(-1) ?? "lt"}.`,
        );
      if (value.kind !== "number") return wrongValue(name, "a number", value);
      const { value: number } = value;
      if (!Number.isInteger(number) || number < min || number > max)
        return problem(`${name} is a whole number from ${min} to ${max}.`, undefined, "bad-value");
      return { kind: "time", part, operator: "eq", value: number };
    },
  };
}
