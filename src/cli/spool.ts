import { didYouMean } from "../lib/did-you-mean.js";
import { UsageError } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_HELP } from "./config-flags.js";
import { drainSpool } from "./spool/drain.js";
import { exportSpool } from "./spool/export.js";
import { tellSpool } from "./spool/status.js";

const ACTIONS = { status: tellSpool, drain: drainSpool, export: exportSpool } as const satisfies Record<
  string,
  (args: readonly string[]) => Promise<number>
>;

export const spoolCommand: Command = {
  usage: `trailtag spool status [--json] [--dir DIR]
trailtag spool export [--documents] [--dir DIR]
trailtag spool drain [--timeout SECONDS]

What waits on disk for OpenSearch. status and export change nothing and work beside a running service; drain needs the
spool for itself.

  --dir DIR           status, export: folder of the spool, without a configuration (default: spool.dir)
  --json              status: one JSON object
  --documents         export: tagged documents rather than the records as they came
  --timeout SECONDS   drain: give up then (default 600)
${CONFIG_HELP}

Exit code of status: 0 when nothing waits, 1 when something does. Of drain: 0 when the spool is empty, 69 when not.`,
  run: async (args) => {
    const [action, ...rest] = args;
    const names = Object.keys(ACTIONS);
    if (action === undefined) throw new UsageError(`Say what to do: trailtag spool ${names.join("|")}.`);
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action as keyof typeof ACTIONS] : undefined;
    if (run === undefined) {
      const meant = didYouMean(action, names);
      const hint = meant === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${meant}"?`;
      throw new UsageError(`trailtag spool does not know "${action}". ${hint}`);
    }
    return run(rest);
  },
};
