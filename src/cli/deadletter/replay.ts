import { EXIT } from "../../lib/errors.js";
import { createProcessor } from "../../pipeline/process.js";
import { replay, type ReplayResult } from "../../pipeline/replay.js";
import {
  createDeadLetters,
  openReplayStore,
  type DeadLetterHead,
  type DeadLetters,
} from "../../pipeline/replay-store.js";
import { loadRuleState, toRuleSources, type RuleState } from "../../pipeline/rule-state.js";
import { systemClock } from "../../lib/clock.js";
import { createLog } from "../../telemetry/log.js";
import type { Config } from "../../config/types.js";
import { readArgs, UsageError } from "../args.js";
import { CONFIG_OPTIONS, configFromFlags } from "../config-flags.js";
import { plural } from "../plural.js";
import { oneLine } from "../reporters/one-line.js";
import { findLetter } from "./find-letter.js";
import { LETTER_OPTIONS, letterFlags, type LetterFlags } from "./letter-flags.js";

const DAY_MS = 86_400_000;
/** How often the progress of a long replay is told. */
const PROGRESS_MS = 5_000;

/** Which letters to replay. */
interface Chosen extends LetterFlags {
  readonly ids: readonly string[];
  readonly again: boolean;
}

/** `trailtag deadletter replay`: a line for each letter that is still dead, and a summary, all to stderr. */
export async function replayLetters(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ...CONFIG_OPTIONS,
    ...LETTER_OPTIONS,
    all: { type: "boolean" },
    again: { type: "boolean" },
    "dry-run": { type: "boolean" },
  });
  const flags = letterFlags(values);
  const narrowed = flags.reasons !== undefined || flags.since !== undefined;
  if (positionals.length === 0 && !narrowed && values["all"] !== true) {
    throw new UsageError("Say which: ids of dead letters, --reason CODE, --since TIME, or --all.");
  }
  if (positionals.length > 0 && (narrowed || values["all"] === true)) {
    throw new UsageError("Name ids, or choose with --reason, --since and --all, not both.");
  }
  const config = configFromFlags(values, process.env);
  const chosen = { ...flags, ids: positionals, again: values["again"] === true };
  return values["dry-run"] === true ? dryRun(config, chosen) : replayForGood(config, chosen);
}

async function dryRun(config: Config, chosen: Chosen): Promise<number> {
  const deadLetters = createDeadLetters(config);
  try {
    const rules = await loadRuleState(toRuleSources(config));
    return await run(config, chosen, rules, { deadLetters, store: undefined });
  } finally {
    await deadLetters.close();
  }
}

async function replayForGood(config: Config, chosen: Chosen): Promise<number> {
  // Whether OpenSearch answers shows here at once; a write would be held for long.
  const reader = createDeadLetters(config);
  await reader.summary({}).finally(() => reader.close());
  const rules = await loadRuleState(toRuleSources(config));
  const log = createLog({ ...config.log, level: "warn" });
  const target = await openReplayStore(config, {
    log: (level, message, fields) => log[level](message, fields),
    ruleById: (id) => rules.byId.get(id),
  });
  try {
    const code = await run(config, chosen, rules, target);
    await target.store.settle();
    return code;
  } finally {
    await target.close();
  }
}

type Parts = Pick<Parameters<typeof replay>[1], "deadLetters" | "store">;

async function run(config: Config, chosen: Chosen, rules: RuleState, parts: Parts): Promise<number> {
  const { limits, events } = config;
  const process = createProcessor({ rules, maxAgeMs: events.max_age_days * DAY_MS, clock: systemClock });
  const results = replay(heads(parts.deadLetters, chosen), {
    ...parts,
    process,
    limits: {
      maxDocumentBytes: limits.max_document_bytes,
      maxDepth: limits.max_depth,
      maxKeys: limits.max_keys,
      maxInflatedBytes: limits.max_body_bytes,
    },
    holdMs: limits.hold_ms,
  });
  return report(results, parts.store === undefined);
}

async function* heads(letters: DeadLetters, chosen: Chosen): AsyncGenerator<DeadLetterHead> {
  const { ids, again, ...flags } = chosen;
  if (ids.length === 0) {
    yield* letters.heads({ ...flags, ...(again ? {} : { replayed: false }) }, "oldest");
    return;
  }
  const found = new Map<string, DeadLetterHead>();
  for (const id of ids) {
    const head = await findLetter(letters, id);
    found.set(head.id, head);
  }
  for (const head of found.values()) {
    if (head.replayedAt === undefined || again) yield head;
    else say(`${head.id.slice(0, 12)} was replayed at ${head.replayedAt}; --again does it once more.`);
  }
}

async function report(results: AsyncIterable<ReplayResult>, dry: boolean): Promise<number> {
  const counts = { replayed: 0, dead: 0, damaged: 0, stored: 0, duplicates: 0 };
  let told = Date.now();
  const summary = (): string => {
    const letters = `${plural(counts.replayed, "letter")} ${dry ? "would be replayed" : "replayed"}`;
    const events = dry
      ? `${plural(counts.stored, "event")}, those that are stored already among them`
      : `${plural(counts.stored, "event")} stored, ${counts.duplicates.toLocaleString("en-US")} stored before`;
    const dead = counts.dead.toLocaleString("en-US");
    const damaged = counts.damaged === 0 ? "" : `, ${counts.damaged.toLocaleString("en-US")} damaged`;
    return `${letters} (${events}), ${dead} still dead${damaged}.`;
  };
  try {
    for await (const result of results) {
      counts[result.kind]++;
      if (result.kind === "replayed") {
        counts.stored += result.stored;
        counts.duplicates += result.duplicates;
      } else {
        const word = result.kind === "dead" ? "is still dead" : "is damaged";
        say(`${result.head.id.slice(0, 12)} ${word}: ${result.reason}`);
      }
      if (Date.now() - told < PROGRESS_MS) continue;
      told = Date.now();
      say(`So far: ${summary()}`);
    }
  } catch (error) {
    say(`Until then: ${summary()}`);
    throw error;
  }
  say(summary());
  return counts.dead + counts.damaged === 0 ? EXIT.ok : EXIT.findings;
}

function say(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}
