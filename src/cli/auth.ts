import { createApiKey, isKeyId } from "../auth/api-key.js";
import { appendCredential, toYaml, type CredentialEntry } from "../auth/credential-entry.js";
import { loadCredentials } from "../auth/load-credentials.js";
import { hashPassword } from "../auth/password-hash.js";
import { SCOPES, type Scope } from "../auth/scope.js";
import { systemClock } from "../lib/clock.js";
import { formatDiagnostic, type Diagnostic } from "../lib/diagnostics.js";
import { didYouMean } from "../lib/did-you-mean.js";
import { EXIT } from "../lib/errors.js";
import { parseExpiry } from "../lib/expiry.js";
import { listFlag, readArgs, stringFlag, UsageError, type Options, type Values } from "./args.js";
import type { Command } from "./command.js";
import { plural } from "./plural.js";
import { readPassword } from "./read-password.js";

const GRANT_OPTIONS = {
  scope: { type: "string", multiple: true },
  expires: { type: "string" },
  append: { type: "string" },
} as const satisfies Options;

const ACTIONS = { key: makeKey, user: makeUser, check } as const satisfies Record<
  string,
  (args: readonly string[]) => number | Promise<number>
>;

export const authCommand: Command = {
  usage: `trailtag auth key --id ID --scope SCOPE [--scope SCOPE] [--expires DATE] [--append FILE]
  Makes an API key. The token goes to stdout, once; the entry for auth.credentials_file to stderr, or into FILE.

trailtag auth user --name NAME --scope SCOPE [--scope SCOPE] [--expires DATE] [--append FILE]
  Makes a user. The password is read from the terminal, or from stdin where that is none.

trailtag auth check FILE
  Says what is wrong with a credentials file, and who may do what.

  --scope SCOPE   ${SCOPES.join(", ")}; may be repeated
  --expires DATE  2027-01-31 (to the end of that day, UTC) or 2027-01-31T12:00:00Z
  --append FILE   credentials file to add the entry to; made when missing`,
  run: async (args) => {
    const [name = "", ...rest] = args;
    if (Object.hasOwn(ACTIONS, name)) return ACTIONS[name as keyof typeof ACTIONS](rest);
    const meant = didYouMean(name, Object.keys(ACTIONS));
    const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    throw new UsageError(`trailtag auth takes key, user or check.${hint}`);
  },
};

function makeKey(args: readonly string[]): number {
  const { values } = readFlagsOf("key", args, { id: { type: "string" }, ...GRANT_OPTIONS });
  const id = stringFlag(values, "id");
  if (id === undefined || !isKeyId(id)) {
    throw new UsageError("--id is up to 64 letters, digits, dots, dashes and underscores: --id fluent-bit.");
  }
  const grant = grantOf(values);
  const { token, hash } = createApiKey(id);
  const code = keep({ section: "keys", entry: { id, hash, ...grant } }, values);
  // Not before the entry is kept: a token that nobody knows is of no use.
  if (code === EXIT.ok) process.stdout.write(`${token}\n`);
  return code;
}

async function makeUser(args: readonly string[]): Promise<number> {
  const { values } = readFlagsOf("user", args, { name: { type: "string" }, ...GRANT_OPTIONS });
  const name = stringFlag(values, "name");
  if (name === undefined || name === "" || name.includes(":")) {
    throw new UsageError("--name is a name without a colon: --name maya.");
  }
  const grant = grantOf(values);
  const hash = await hashPassword(await readPassword());
  return keep({ section: "users", entry: { name, hash, ...grant } }, values);
}

function check(args: readonly string[]): number {
  const { positionals } = readArgs(args, {});
  const [file, stray] = positionals;
  if (file === undefined || stray !== undefined) throw new UsageError("trailtag auth check takes one file.");
  const { credentials, diagnostics } = loadCredentials(file, systemClock());
  for (const diagnostic of diagnostics) process.stdout.write(`${formatDiagnostic(diagnostic)}\n`);
  if (diagnostics.some(({ severity }) => severity === "error")) return EXIT.configuration;
  const { keys, users, certificates } = credentials;
  for (const { id, scopes, expires } of [...keys.values(), ...users.values(), ...certificates]) {
    const until = expires === undefined ? "" : `, until ${new Date(expires).toISOString()}`;
    process.stdout.write(`${id}: ${[...scopes].join(", ")}${until}\n`);
  }
  const counts = [
    plural(keys.size, "key"),
    plural(users.size, "user"),
    plural(certificates.length, "certificate"),
  ];
  process.stderr.write(`${counts.join(", ")}.\n`);
  return diagnostics.length > 0 ? EXIT.findings : EXIT.ok;
}

function readFlagsOf(action: string, args: readonly string[], options: Options): { values: Values } {
  const { values, positionals } = readArgs(args, options);
  // Not quoted: it may be a password.
  if (positionals.length > 0) throw new UsageError(`trailtag auth ${action} takes flags only.`);
  return { values };
}

function grantOf(values: Values): { readonly scopes: readonly Scope[]; readonly expires?: string } {
  const scopes = listFlag(values, "scope").map(toScope);
  if (scopes.length === 0) throw new UsageError(`--scope is one of ${SCOPES.join(", ")}.`);
  const expires = stringFlag(values, "expires");
  if (expires === undefined) return { scopes: [...new Set(scopes)] };
  const at = parseExpiry(expires);
  if (at === undefined) throw new UsageError("--expires is a date: 2027-01-31 or 2027-01-31T12:00:00Z.");
  if (at <= systemClock()) throw new UsageError("--expires is in the past.");
  return { scopes: [...new Set(scopes)], expires };
}

function toScope(text: string): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope !== undefined) return scope;
  const meant = didYouMean(text, SCOPES);
  const hint = meant === undefined ? `Scopes are ${SCOPES.join(", ")}.` : `Did you mean "${meant}"?`;
  throw new UsageError(`There is no scope "${text}". ${hint}`);
}

/** Into the file of `--append`, else to stderr: stdout is for the token. */
function keep(added: CredentialEntry, values: Values): number {
  const file = stringFlag(values, "append");
  if (file === undefined) {
    process.stderr.write(toYaml(added));
    return EXIT.ok;
  }
  let problems: readonly Diagnostic[];
  try {
    problems = appendCredential(file, added, systemClock());
  } catch (error) {
    process.stderr.write(`${file} cannot be written: ${(error as Error).message}.\n`);
    return EXIT.unavailable;
  }
  for (const problem of problems) process.stderr.write(`${formatDiagnostic(problem)}\n`);
  if (problems.length > 0) return EXIT.configuration;
  process.stderr.write(`Added to ${file}. A running service reads it on SIGHUP or POST /-/reload.\n`);
  return EXIT.ok;
}
