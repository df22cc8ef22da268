import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { Config } from "../config/types.js";
import { didYouMean } from "../lib/did-you-mean.js";
import { formatDiagnostic } from "../lib/diagnostics.js";
import { EXIT } from "../lib/errors.js";
import { ConfigError } from "../config/load.js";
import type { DoctorOptions } from "../pipeline/doctor/context.js";
import { CHECK_NAMES, runDoctor, type NamedFinding } from "../pipeline/doctor/run.js";
import { listFlag, readFlags, stringFlag, UsageError, type Values } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_HELP, CONFIG_OPTIONS, configFromFlags } from "./config-flags.js";
import { oneLine } from "./reporters/one-line.js";

const DEFAULT_URL = "http://127.0.0.1:9280";

export const doctorCommand: Command = {
  usage: `trailtag doctor [--url URL] [--peer URL]… [--key-file FILE] [--no-canary] [--json] [flags of serve]

Looks at a running TrailTag and its store, and says of each thing whether it is as it should be, and
what to do where it is not. It sends one event through, eventSource trailtag.canary, and reads it back.

  --url URL           the running TrailTag (default: where the configuration has it listen)
  --peer URL          another replica, for counters that add up over all (may be repeated)
  --key-file FILE     file with an API key of the scopes read and ingest
  --ca FILE           PEM file of the authority that signed TrailTag's certificate
  --only CHECK        this check and no others (may be repeated)
  --no-canary         send nothing
  --json              one JSON object for all
${CONFIG_HELP}

Exit code 0 when nothing is wrong (warnings there may be), 1 when something is, 69 when nothing answers.`,
  run: async (args) => {
    const values = readFlags("doctor", args, {
      ...CONFIG_OPTIONS,
      url: { type: "string" },
      peer: { type: "string", multiple: true },
      "key-file": { type: "string" },
      ca: { type: "string" },
      only: { type: "string", multiple: true },
      "no-canary": { type: "boolean" },
      json: { type: "boolean" },
    });
    const json = values["json"] === true;
    const findings: NamedFinding[] = [];
    for await (const finding of runDoctor(toOptions(values))) {
      findings.push(finding);
      if (!json) process.stdout.write(toLines(finding));
    }
    if (json) process.stdout.write(toJson(findings));
    return exitCode(findings);
  },
};

function toOptions(values: Values): DoctorOptions {
  const config = configOrProblem(values);
  const key = contentOf("key-file", values)?.trim();
  const ca = contentOf("ca", values);
  return {
    config,
    url: urlFlag("--url", stringFlag(values, "url") ?? urlOf(config)),
    peers: listFlag(values, "peer").map((peer) => urlFlag("--peer", peer)),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
    canary: values["no-canary"] !== true,
    ...onlyFlag(values),
  };
}

function onlyFlag(values: Values): Pick<DoctorOptions, "only"> {
  const only = listFlag(values, "only");
  for (const name of only) {
    if (CHECK_NAMES.includes(name)) continue;
    const meant = didYouMean(name, CHECK_NAMES);
    const hint = meant === undefined ? `There are: ${CHECK_NAMES.join(", ")}.` : `Did you mean ${meant}?`;
    throw new UsageError(`There is no check "${name}". ${hint}`);
  }
  return only.length === 0 ? {} : { only };
}

function configOrProblem(values: Values): Config | string {
  try {
    return configFromFlags(values, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.diagnostics.map(formatDiagnostic).join("; ");
  }
}

/** Where the service listens; whoever listens on every address is reached on this machine's own. */
function urlOf(config: Config | string): string {
  if (typeof config === "string") return DEFAULT_URL;
  const { listen, tls } = config.http;
  const host = listen.host === "0.0.0.0" ? "127.0.0.1" : listen.host === "::" ? "::1" : listen.host;
  const scheme = tls.cert_file === undefined ? "http" : "https";
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${listen.port}`;
}

function urlFlag(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return text;
  throw new UsageError(`${flag} takes a URL such as ${DEFAULT_URL}, not "${text}".`);
}

function contentOf(flag: string, values: Values): string | undefined {
  const file = stringFlag(values, flag);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`The file of --${flag} cannot be read: ${(error as Error).message}.`);
  }
}

function toLines({ status, check, message, todo }: NamedFinding): string {
  const lines = [`${status.padEnd(7)}  ${check.padEnd(17)}  ${message}`];
  if (todo !== undefined && status !== "ok") lines.push(`${" ".repeat(28)}${todo}`);
  return lines.map((line) => `${oneLine(line)}\n`).join("");
}

function toJson(findings: readonly NamedFinding[]): string {
  const checks = findings.map(({ check, status, message, todo }) => ({
    check,
    status,
    message,
    todo: todo ?? null,
  }));
  return `${JSON.stringify({ ok: exitCode(findings) === EXIT.ok, checks }, null, 2)}\n`;
}

function exitCode(findings: readonly NamedFinding[]): number {
  const asked = findings.filter(({ check }) => check === "replicas" || check === "opensearch");
  const answered = (check: string): boolean =>
    asked.some(
      (finding) => finding.check === check && finding.status !== "skipped" && finding.unreachable !== true,
    );
  if (asked.length > 0 && !answered("replicas") && !answered("opensearch")) return EXIT.unavailable;
  return findings.some(({ status }) => status === "fail") ? EXIT.findings : EXIT.ok;
}
