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
    const all = known.length === 0 ? "This command takes no flags." : `Flags: ${known.join(" ")}`;
    const hint = meant === undefined ? all : `Did you mean ${meant}?`;
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

/** Flags only: what stands beside them would be ignored in silence. @throws UsageError naming the stray argument. */
export function readFlags(command: string, args: readonly string[], options: Options): Values {
  const { values, positionals } = readArgs(args, options);
  const [stray] = positionals;
  if (stray === undefined) return values;
  const hint = Object.hasOwn(options, "rules")
    ? ` A rule file or folder is given with --rules ${stray}.`
    : "";
  throw new UsageError(`trailtag ${command} takes flags only, not "${stray}".${hint}`);
}
