import { parseArgs, type ParseArgsConfig } from "node:util";
import { didYouMean } from "../lib/did-you-mean.js";

/** A slip on the command line; the process ends with exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Options = NonNullable<ParseArgsConfig["options"]>;
export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** `parseArgs`, strict, with a sentence and a "did you mean" for an unknown flag. */
export function readArgs(
  args: readonly string[],
  options: Options,
): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = (error as Error).message;
    const flag = /'(--?[^'\s]+)/.exec(message)?.[1];
    const known = Object.keys(options).map((name) => `--${name}`);
    if (flag === undefined || known.includes(flag)) throw new UsageError(message);
    const meant = didYouMean(flag, known);
    const hint = meant === undefined ? `Flags: ${known.join(" ")}` : `Did you mean ${meant}?`;
    throw new UsageError(`There is no flag ${flag}. ${hint}`);
  }
}

export function stringFlag(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

export function listFlag(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((v) => typeof v === "string") : [];
}
