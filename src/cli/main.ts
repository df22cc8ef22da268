#!/usr/bin/env node
import { didYouMean } from "../lib/did-you-mean.js";
import { formatDiagnostic, type Diagnostic } from "../lib/diagnostics.js";
import { EXIT } from "../lib/errors.js";
import { UsageError } from "./args.js";
import type { Command } from "./command.js";

interface Entry {
  /** For the list of commands. */
  readonly summary: string;
  /** Loaded when it is called: a typo need not wait for all of TrailTag. */
  readonly load: () => Promise<Command>;
}

/** One entry here is one command, one file beside this one and one heading in docs/reference/cli.md. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: {
    summary: "take events over HTTP, tag them, write them to the store",
    load: async () => (await import("./serve.js")).serveCommand,
  },
  setup: {
    summary: "install index templates, retention policy and dashboards",
    load: async () => (await import("./setup.js")).setupCommand,
  },
  lint: {
    summary: "say what is wrong with rules, lists and exceptions",
    load: async () => (await import("./lint.js")).lintCommand,
  },
  test: {
    summary: "run the tests of rules and exceptions",
    load: async () => (await import("./test.js")).testCommand,
  },
  explain: {
    summary: "show why a rule matches an event, or does not",
    load: async () => (await import("./explain.js")).explainCommand,
  },
  list: {
    summary: "list the rules that would be in force, and what did not load",
    load: async () => (await import("./list.js")).listCommand,
  },
  deadletter: {
    summary: "list and show what could not be stored as an event, and try it again",
    load: async () => (await import("./deadletter.js")).deadletterCommand,
  },
  auth: {
    summary: "make keys and users, and check the file of credentials",
    load: async () => (await import("./auth.js")).authCommand,
  },
  doctor: {
    summary: "say what is wrong with a running TrailTag and its store",
    load: async () => (await import("./doctor.js")).doctorCommand,
  },
  spool: {
    summary: "tell, export or empty what waits on disk for OpenSearch",
    load: async () => (await import("./spool.js")).spoolCommand,
  },
  version: {
    summary: "print the version of TrailTag, of ATT&CK and of Node",
    load: async () => (await import("./version.js")).versionCommand,
  },
};

async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  if (name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return EXIT.ok;
  }
  const entry = Object.hasOwn(COMMANDS, name === "--version" ? "version" : name)
    ? COMMANDS[name === "--version" ? "version" : name]
    : undefined;
  if (entry === undefined) {
    const meant = didYouMean(name, Object.keys(COMMANDS));
    const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    throw new UsageError(`There is no command "${name}".${hint} "trailtag help" lists them.`);
  }
  const command = await entry.load();
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(`${command.usage}\n`);
    return EXIT.ok;
  }
  return command.run(rest);
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(12)}${command.summary}`);
  return `trailtag: tags CloudTrail events on their way into OpenSearch\n\n${lines.join("\n")}\n\n"trailtag COMMAND --help" says more.\n`;
}

/** Known by its name: the class would bring the whole of the configuration along. */
function isConfigError(error: unknown): error is { readonly diagnostics: readonly Diagnostic[] } {
  return error instanceof Error && error.name === "ConfigError" && "diagnostics" in error;
}

// `trailtag list rules | head`: whoever reads stdout may leave before the end, which is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.ok);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (isConfigError(error)) {
    process.stderr.write(`${error.diagnostics.map(formatDiagnostic).join("\n")}\n`);
    process.exitCode = EXIT.configuration;
  } else if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT.usage;
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.internal;
  }
}

/** What is left after the last word of a command is work that was given up: its timers must not hold the process. */
const LAST_WORDS_MS = 250;
setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
