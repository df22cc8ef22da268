import { didYouMean } from "../lib/did-you-mean.js";
import { EXIT } from "../lib/errors.js";
import { UsageError } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_HELP } from "./config-flags.js";
import { listLetters } from "./deadletter/list.js";
import { replayLetters } from "./deadletter/replay.js";
import { showLetter } from "./deadletter/show.js";

const ACTIONS = { list: listLetters, show: showLetter, replay: replayLetters } as const satisfies Record<
  string,
  (args: readonly string[]) => Promise<number>
>;

export const deadletterCommand: Command = {
  usage: `trailtag deadletter list [--reason CODE]… [--since TIME] [--replayed yes|no] [--limit N] [--json]
trailtag deadletter show ID [--raw]
trailtag deadletter replay (ID… | --reason CODE | --since TIME | --all) [--again] [--dry-run]

Looks at what could not be stored as an event, and tries it again with today's rules and limits.

  --reason CODE       letters with this reason (may be repeated)
  --since TIME        received since then: 2026-11-23T10:00:00Z, or 30d, 12h, 90m ago
  --replayed yes|no   list: those that were replayed, or were not
  --limit N           list: how many are shown, the newest first (default 100)
  --json              list: one JSON object a line
  --raw               show: the bytes as they came, and nothing else
  --all               replay: every letter that was not replayed yet
  --again             replay: those too that were
  --dry-run           replay: say what would become of them, and write nothing
${CONFIG_HELP}

Exit code of replay: 0 when all were replayed, 1 when some are still no events, 69 when the store is away.`,
  run: async (args) => {
    const [action, ...rest] = args;
    if (action === undefined) {
      throw new UsageError(`Say what to do: trailtag deadletter ${Object.keys(ACTIONS).join("|")}.`);
    }
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action as keyof typeof ACTIONS] : undefined;
    if (run === undefined) {
      const meant = didYouMean(action, Object.keys(ACTIONS));
      const hint =
        meant === undefined ? `There are: ${Object.keys(ACTIONS).join(", ")}.` : `Did you mean "${meant}"?`;
      throw new UsageError(`trailtag deadletter does not know "${action}". ${hint}`);
    }
    return orUnavailable(() => run(rest));
  },
};

/** Errors of a store that waiting or the person mends: a sentence, not a stack. Known by name, as they come from its room. */
const STORE_ERRORS = [
  "DeadLettersUnavailableError",
  "StoreUnavailableError",
  "IncompatibleStoreError",
  "FolderLockedError",
  "NoReplyError",
];

async function orUnavailable(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error) || !STORE_ERRORS.includes(error.name)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.unavailable;
  }
}
