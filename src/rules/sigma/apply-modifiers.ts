import type { NamedList } from "../lists/named-list.js";
import type { Modified, ModifierContext } from "./modifier.js";
import type { ModifierName } from "./modifier-names.js";
import { problem } from "./modifier.js";
import { MODIFIERS } from "./modifiers.js";
import type { SigmaValue } from "./value.js";

export interface ItemModifiers {
  readonly names: readonly ModifierName[];
  readonly hasField: boolean;
  readonly lists: ReadonlyMap<string, NamedList>;
}

/** Puts a value through the modifiers that change values, in order; gives the first problem. */
export function applyModifiers(value: SigmaValue, { names, ...rest }: ItemModifiers): Modified {
  const changing = names.filter((name) => MODIFIERS[name].scope === "value");
  if (changing.includes("exists") && changing.length > 1)
    return problem("exists goes with no modifier but all and neq.", "Remove the others.");
  let modified: Modified = value;
  const applied: ModifierName[] = [];
  for (const name of changing) {
    const modifier = MODIFIERS[name];
    if (modifier.scope === "item") continue;
    if (modifier.needsField && !rest.hasField)
      return problem(`${name} wants a field, and keywords have none.`);
    modified = applyOne(modified, { name, modifiers: names, applied, ...rest });
    if (modified.kind === "problem") return modified;
    applied.push(name);
  }
  return modified;
}

function applyOne(value: SigmaValue, context: ModifierContext): Modified {
  const modifier = MODIFIERS[context.name];
  if (modifier.scope === "item") return value;
  if (value.kind !== "one_of") return modifier.apply(value, context);
  const values: SigmaValue[] = [];
  for (const inner of value.values) {
    const modified = applyOne(inner, context);
    if (modified.kind === "problem") return modified;
    values.push(modified);
  }
  return { kind: "one_of", values };
}
