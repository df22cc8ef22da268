import { didYouMean } from "../../lib/did-you-mean.js";
import type { NamedList } from "./named-list.js";

/** What to say of a reference to a list, in rules of any format. */
export interface ListProblem {
  readonly message: string;
  readonly hint: string;
}

/** Of a list that does not exist. */
export function explainUnknownList(name: string, lists: ReadonlyMap<string, NamedList>): ListProblem {
  const meant = didYouMean(name, lists.keys());
  const hint =
    meant === undefined
      ? `Write a list named ${name}, and name its file under \`lists.paths\` of the configuration.`
      : `Did you mean ${meant}?`;
  return { message: `There is no list ${name}.`, hint };
}

/** Of a text that is `%name%` of a list that exists, and is compared with as it stands; undefined for any other. */
export function explainPlainName(
  text: string,
  lists: ReadonlyMap<string, NamedList>,
  hint: string,
): ListProblem | undefined {
  const name = /^%([^%]+)%$/.exec(text)?.[1];
  if (name === undefined || !lists.has(name)) return undefined;
  return { message: `${text} is a text here, and not the list ${name}.`, hint };
}
