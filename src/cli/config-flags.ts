import { loadConfig, loadRuleConfig, type ConfigSources } from "../config/load.js";
import type { Config } from "../config/types.js";
import type { JsonObject } from "../lib/json.js";
import { listFlag, stringFlag, type Options, type Values } from "./args.js";

/** Flags that every command with a configuration takes. */
export const CONFIG_OPTIONS = {
  config: { type: "string", multiple: true, short: "c" },
  listen: { type: "string" },
  opensearch: { type: "string" },
  store: { type: "string" },
  data: { type: "string" },
  rules: { type: "string", multiple: true },
  "log-level": { type: "string" },
} as const satisfies Options;

export const CONFIG_HELP = `  --config FILE       configuration file (may be repeated; later ones win)
  --listen HOST:PORT  address to listen on (default 127.0.0.1:9280)
  --opensearch URL    cluster to write to
  --store KIND        opensearch or files
  --data DIR          folder of the files store
  --rules PATH        rule file or folder, besides the bundled pack (may be repeated)
  --log-level LEVEL   error, warn, info or debug`;

/** @throws ConfigError with every problem of the files, the environment and the flags. */
export function configFromFlags(values: Values, env: NodeJS.ProcessEnv): Config {
  return loadConfig(toSources(values, env));
}

/** For commands that look at rules. @throws ConfigError as `loadRuleConfig` does */
export function ruleConfigFromFlags(
  values: Values,
  env: NodeJS.ProcessEnv,
): Pick<Config, "rules" | "lists" | "exceptions"> {
  return loadRuleConfig(toSources(values, env));
}

function toSources(values: Values, env: NodeJS.ProcessEnv): ConfigSources {
  const rules = listFlag(values, "rules");
  const flags: JsonObject = {
    ...section("http", { listen: stringFlag(values, "listen") }),
    ...section("opensearch", { node: stringFlag(values, "opensearch") }),
    ...section("store", { kind: stringFlag(values, "store"), dir: stringFlag(values, "data") }),
    ...section("log", { level: stringFlag(values, "log-level") }),
    ...(rules.length > 0 ? { rules: { paths: rules } } : {}),
  };
  return { files: listFlag(values, "config"), env, flags };
}

function section(name: string, keys: Readonly<Record<string, string | undefined>>): JsonObject {
  const given = Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? { [name]: Object.fromEntries(given) } : {};
}
