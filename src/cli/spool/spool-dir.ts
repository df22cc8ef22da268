import { stringFlag, type Options, type Values } from "../args.js";
import { CONFIG_OPTIONS, configFromFlags } from "../config-flags.js";

export const SPOOL_OPTIONS = { ...CONFIG_OPTIONS, dir: { type: "string" } } as const satisfies Options;

/** Where the spool is, and how large it may grow where a configuration says so. */
export interface SpoolPlace {
  readonly dir: string;
  readonly maxBytes: number | undefined;
}

/** Looking needs no store to be named: `--dir` does without a configuration. @throws ConfigError */
export function spoolPlace(values: Values): SpoolPlace {
  const dir = stringFlag(values, "dir");
  if (dir !== undefined) return { dir, maxBytes: undefined };
  const { spool } = configFromFlags(values, process.env);
  return { dir: spool.dir, maxBytes: spool.max_bytes };
}
