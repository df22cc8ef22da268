import { didYouMean } from "../lib/did-you-mean.js";
import { stringFlag, UsageError, type Values } from "./args.js";

/** A flag that takes one of a few words; the first when it is absent. @throws UsageError */
export function choiceFlag<T extends string>(values: Values, name: string, choices: readonly [T, ...T[]]): T {
  const given = stringFlag(values, name);
  if (given === undefined) return choices[0];
  const chosen = choices.find((choice) => choice === given);
  if (chosen !== undefined) return chosen;
  const meant = didYouMean(given, choices);
  const hint = meant === undefined ? `It takes ${choices.join(", ")}.` : `Did you mean ${meant}?`;
  throw new UsageError(`--${name} does not take "${given}". ${hint}`);
}
