import { EXIT } from "../lib/errors.js";
import { setUp } from "../pipeline/set-up.js";
import { readFlags } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_HELP, CONFIG_OPTIONS, configFromFlags } from "./config-flags.js";

export const setupCommand: Command = {
  usage: `trailtag setup --opensearch URL [flags]\n\nMay be run again at any time: it brings what is there up to date.\n\n  --dashboards URL    OpenSearch Dashboards, to import the dashboards\n${CONFIG_HELP}`,
  run: async (args) => {
    const values = readFlags("setup", args, { ...CONFIG_OPTIONS, dashboards: { type: "string" } });
    const dashboards = values["dashboards"];
    const env =
      typeof dashboards === "string" ? { ...process.env, TRAILTAG_DASHBOARDS__URL: dashboards } : process.env;
    const config = configFromFlags(values, env);
    const { outcome, sentences } = await setUp(config);
    for (const sentence of sentences) process.stdout.write(`${sentence}\n`);
    return EXIT[outcome];
  },
};
