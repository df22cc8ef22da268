import { readFileSync } from "node:fs";
import { checkSecurity, type Refuse } from "./check-security.js";
import { checkOpenSearch } from "./opensearch-checks.js";
import type { Config } from "./types.js";

/** As the schema leaves it: with defaults, before secrets are read and keys are held against each other. */
export type ValidatedConfig = Omit<Config, "http" | "opensearch" | "store" | "spool"> & {
  readonly spool: Omit<Config["spool"], "mode"> & { readonly mode?: Config["spool"]["mode"] };
  readonly http: Omit<Config["http"], "listen"> & { readonly listen: string };
  readonly store: { readonly kind?: "opensearch" | "files"; readonly dir: string };
  readonly opensearch: Omit<Config["opensearch"], "password"> & {
    readonly password_file?: string;
    readonly password_env?: string;
  };
};

/** What joi cannot say: rules across keys, secrets read from where they are kept. */
export function completeConfig(
  value: ValidatedConfig,
  hasDir: boolean,
  env: Readonly<Record<string, string | undefined>>,
  refuse: Refuse,
): Config {
  const at = value.http.listen.lastIndexOf(":");
  const host = value.http.listen.slice(0, at).replace(/^\[|\]$/g, "");
  const port = Number(value.http.listen.slice(at + 1));
  if (port > 65_535) refuse(["http", "listen"], `Port ${port} does not exist.`, "Ports go up to 65535.");
  const urls = { "opensearch.node": value.opensearch.node, "dashboards.url": value.dashboards.url };
  checkSecurity({ host, http: value.http, auth: value.auth, urls }, refuse);
  const named = value.opensearch.node !== undefined ? "opensearch" : undefined;
  // A folder for the files store says by itself which store is meant.
  const kind = value.store.kind ?? named ?? (hasDir ? "files" : undefined);
  if (kind === undefined) {
    refuse(
      ["store"],
      "Say where to write: --opensearch URL, or --store files --data DIR. TrailTag writes to no cluster that nobody named.",
      "In a file: opensearch.node, or store.kind and store.dir.",
    );
  }
  if (value.store.kind === "files" && value.opensearch.node !== undefined) {
    refuse(
      ["store", "kind"],
      "The store is files, and opensearch.node names a cluster as well: only one of them can be meant.",
      "Leave out --store files, or --opensearch URL.",
    );
  }
  if (kind === "opensearch" && value.opensearch.node === undefined) {
    refuse(
      ["store", "kind"],
      "The store is opensearch, but opensearch.node is not set.",
      "Give --opensearch URL.",
    );
  }
  if (kind === "files" && value.spool.mode === "on") {
    refuse(
      ["spool", "mode"],
      "The files store has no use for a spool: it is on disk itself.",
      "Leave out spool.mode.",
    );
  }
  const { password_file, password_env, ...opensearch } = value.opensearch;
  checkOpenSearch(opensearch, refuse);
  let password: string | undefined;
  if (password_env !== undefined) {
    password = env[password_env];
    if (password === undefined) {
      refuse(
        ["opensearch", "password_env"],
        `The environment variable ${password_env} is not set.`,
        "Set it.",
      );
    }
  } else if (password_file !== undefined) {
    try {
      password = readFileSync(password_file, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      const message = `opensearch.password_file cannot be read: ${(error as Error).message}.`;
      refuse(["opensearch", "password_file"], message, "Name a readable file.");
    }
  }
  return {
    ...value,
    http: { ...value.http, listen: { host, port } },
    store: { kind, dir: value.store.dir },
    spool: { ...value.spool, mode: value.spool.mode ?? (kind === "opensearch" ? "on" : "off") },
    opensearch: { ...opensearch, password },
  };
}
