import { EXIT } from "../../lib/errors.js";
import { createDeadLetters } from "../../pipeline/replay-store.js";
import { missingParts } from "../../pipeline/whole-letter.js";
import { readFlags, stringFlag, UsageError, type Values } from "../args.js";
import { CONFIG_OPTIONS, configFromFlags } from "../config-flags.js";
import {
  LETTER_COLUMNS,
  toLetterJson,
  toLetterLine,
  toMissingLines,
  toSummaryLines,
} from "../reporters/dead-letters.js";
import { LETTER_OPTIONS, letterFlags } from "./letter-flags.js";

const DEFAULT_LIMIT = 100;

/** `trailtag deadletter list`: the letters to stdout, the newest first, and how many there are to stderr. */
export async function listLetters(args: readonly string[]): Promise<number> {
  const values = readFlags("deadletter list", args, {
    ...CONFIG_OPTIONS,
    ...LETTER_OPTIONS,
    replayed: { type: "string" },
    limit: { type: "string" },
    json: { type: "boolean" },
  });
  const replayed = replayedFlag(values);
  const filter = { ...letterFlags(values), ...(replayed === undefined ? {} : { replayed }) };
  const limit = limitFlag(values);
  const json = values["json"] === true;
  const letters = createDeadLetters(configFromFlags(values, process.env));
  try {
    const summary = await letters.summary(filter);
    if (!json && summary.total > 0) process.stdout.write(`${LETTER_COLUMNS}\n`);
    let shown = 0;
    for await (const head of letters.heads(filter, "newest")) {
      if (shown === limit) break;
      process.stdout.write(`${json ? toLetterJson(head) : toLetterLine(head)}\n`);
      shown++;
    }
    const lines = [...toSummaryLines(summary, shown), ...toMissingLines(await missingParts(letters))];
    process.stderr.write(`${lines.join("\n")}\n`);
    return EXIT.ok;
  } finally {
    await letters.close();
  }
}

function replayedFlag(values: Values): boolean | undefined {
  const given = stringFlag(values, "replayed");
  if (given === undefined) return undefined;
  if (given === "yes" || given === "no") return given === "yes";
  throw new UsageError(`--replayed takes yes or no, not "${given}".`);
}

function limitFlag(values: Values): number {
  const given = stringFlag(values, "limit");
  if (given === undefined) return DEFAULT_LIMIT;
  if (/^[1-9]\d{0,8}$/u.test(given)) return Number(given);
  throw new UsageError(`--limit takes a number from 1, not "${given}".`);
}
