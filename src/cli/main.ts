#!/usr/bin/env node
import { ConfigError } from "../config/load.js";
import { didYouMean } from "../lib/did-you-mean.js";
import { formatDiagnostic } from "../lib/diagnostics.js";
import { EXIT } from "../lib/errors.js";
import { UsageError } from "./args.js";
import type { Command } from "./command.js";
import { rulesCommand } from "./rules.js";
import { serveCommand } from "./serve.js";
import { setupCommand } from "./setup.js";
import { testCommand } from "./test.js";
import { versionCommand } from "./version.js";

/** One line here is one command, one file beside this one and one heading in docs/reference/cli.md. */
const COMMANDS: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  setup: setupCommand,
  test: testCommand,
  rules: rulesCommand,
  version: versionCommand,
};

async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  if (name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name === "--version" ? "version" : name)
    ? COMMANDS[name === "--version" ? "version" : name]
    : undefined;
  if (command === undefined) {
    const meant = didYouMean(name, Object.keys(COMMANDS));
    const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    throw new UsageError(`There is no command "${name}".${hint} "trailtag help" lists them.`);
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(`${command.usage}\n`);
    return EXIT.ok;
  }
  return command.run(rest);
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(10)}${command.summary}`);
  return `trailtag: tags CloudTrail events on their way into OpenSearch\n\n${lines.join("\n")}\n\n"trailtag COMMAND --help" says more.\n`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ConfigError) {
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
