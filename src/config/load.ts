import { readFileSync } from "node:fs";
import type Joi from "joi";
import { isMap, isPair, LineCounter, parse, parseDocument, visit } from "yaml";
import type { Diagnostic } from "../lib/diagnostics.js";
import { didYouMean } from "../lib/did-you-mean.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";
import { completeConfig, type ValidatedConfig } from "./complete-config.js";
import { configKeys, configSchema } from "./schema.js";
import type { Config } from "./types.js";

export { isLoopback } from "./check-security.js";

/** Raised with every problem found, not only the first. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => d.message).join("\n"));
  }
}

export interface ConfigSources {
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From flags, nested as in a file; they win. */
  readonly flags: JsonObject;
}

/** Where a value came from: file with line, environment variable or flag. */
interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const NOWHERE: Origin = { file: "configuration", line: 0, column: 0 };

/** Keys that have a flag of another name. */
const FLAGS: Readonly<Record<string, string>> = {
  "http.listen": "--listen",
  "opensearch.node": "--opensearch",
  "store.kind": "--store",
  "store.dir": "--data",
  "rules.paths": "--rules",
  "log.level": "--log-level",
  "dashboards.url": "--dashboards",
};

function flagOf(key: string): string {
  return FLAGS[key] ?? `flag for ${key}`;
}

type Tree = Map<string, Tree | { value: JsonValue; origin: Origin }>;

/**
 * Layers: defaults, then files in order, then `TRAILTAG_SECTION__KEY`, then flags.
 * @throws ConfigError naming file, line and key of each problem.
 */
export function loadConfig(sources: ConfigSources): Config {
  const { value, tree } = readLayers(sources);
  const store = tree.get("store");
  const hasDir = store instanceof Map && store.has("dir");
  return completeConfig(value, hasDir, sources.env, (path, message, hint) => {
    throw new ConfigError([
      { ...originOf(tree, path), code: "config-invalid", severity: "error", message, hint },
    ]);
  });
}

/**
 * The part that says which rules there are, of a configuration that may name secrets which are not here: whoever
 * looks at rules needs no store.
 *
 * @throws ConfigError as loadConfig does, but for what concerns store, secrets and certificates.
 */
export function loadRuleConfig(sources: ConfigSources): Pick<Config, "rules" | "lists" | "exceptions"> {
  return readLayers(sources).value;
}

function readLayers(sources: ConfigSources): { readonly value: ValidatedConfig; readonly tree: Tree } {
  const diagnostics: Diagnostic[] = [];
  const tree: Tree = new Map();
  for (const file of sources.files) layFile(tree, file, diagnostics);
  layEnvironment(tree, sources.env, diagnostics);
  layObject(tree, sources.flags, (path) => ({ file: flagOf(path.join(".")), line: 0, column: 0 }), []);

  const { error, value } = configSchema.validate(toPlain(tree), { abortEarly: false, convert: true }) as {
    error?: Joi.ValidationError;
    value: ValidatedConfig;
  };
  for (const detail of error?.details ?? []) diagnostics.push(toDiagnostic(tree, detail));
  if (diagnostics.length > 0) throw new ConfigError(diagnostics);
  return { value, tree };
}

function layFile(tree: Tree, file: string, diagnostics: Diagnostic[]): void {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const message = `The configuration file cannot be read: ${(error as Error).message}.`;
    diagnostics.push({ code: "config-unreadable", severity: "error", file, line: 1, column: 1, message });
    return;
  }
  const before = diagnostics.length;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  for (const problem of document.errors) {
    const { line, col } = lines.linePos(problem.pos[0]);
    // Without what stands there: it may be a secret.
    const message = (problem.message.split("\n")[0] ?? "").replace(/(: ".*| escape sequence .*)$/, "");
    diagnostics.push({ code: "config-syntax", severity: "error", file, line, column: col, message });
  }
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
      const message = "No anchor stands before this alias. Put a value that begins with a star in quotes.";
      diagnostics.push({ code: "config-syntax", severity: "error", file, line, column: col, message });
    },
  });
  if (diagnostics.length > before || document.contents === null) return;
  if (!isMap(document.contents)) {
    const message = "The configuration file must be a map of sections such as http: and opensearch:.";
    diagnostics.push({ code: "config-syntax", severity: "error", file, line: 1, column: 1, message });
    return;
  }
  const originAt = (path: readonly string[]): Origin => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const key of path) {
      const pair: unknown = isMap(node)
        ? node.items.find((item) => (item.key as { value?: unknown } | null)?.value === key)
        : undefined;
      if (!isPair(pair)) break;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
      node = pair.value;
    }
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  layObject(tree, document.toJS() as JsonObject, originAt, []);
}

function layEnvironment(tree: Tree, env: ConfigSources["env"], diagnostics: Diagnostic[]): void {
  const known = new Set(configKeys().map(toVariable));
  for (const [name, text] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const match = /^TRAILTAG_([A-Z0-9_]+?)__([A-Z0-9_]+)$/.exec(name);
    if (text === undefined) continue;
    if (match === null) {
      const meant = name.replace(/^(TRAILTAG_[A-Z]+)_/, "$1__");
      if (!known.has(meant)) continue;
      const message = `The environment variable ${name} sets nothing.`;
      const hint = `Two underscores stand between section and key: ${meant}.`;
      const where = { file: `environment variable ${name}`, line: 0, column: 0 };
      diagnostics.push({ ...where, code: "config-unknown-key", severity: "error", message, hint });
      continue;
    }
    const path = [match[1] ?? "", ...(match[2] ?? "").split("__")].map((part) => part.toLowerCase());
    const origin = { file: `environment variable ${name}`, line: 0, column: 0 };
    layValue(tree, path, parseScalar(text, path), origin);
  }
}

function toVariable(key: string): string {
  return `TRAILTAG_${key.toUpperCase().replaceAll(".", "__")}`;
}

const LISTS: ReadonlySet<string> = new Set([
  "rules.paths",
  "lists.paths",
  "exceptions.paths",
  "http.trusted_proxies",
]);

/** Lists in an environment variable are YAML (`[a, b]`) or comma-separated. */
function parseScalar(text: string, path: readonly string[]): JsonValue {
  if (!LISTS.has(path.join("."))) return text;
  if (!text.startsWith("[")) return text.split(",").filter((part) => part !== "");
  return parse(text) as JsonValue;
}

function layObject(
  tree: Tree,
  object: JsonObject,
  originAt: (path: string[]) => Origin,
  path: readonly string[],
): void {
  for (const [key, value] of Object.entries(object)) {
    const here = [...path, key];
    if (isJsonObject(value)) {
      if (!(tree.get(key) instanceof Map)) tree.set(key, new Map());
      layObject(tree.get(key) as Tree, value, originAt, here);
    } else if (value !== null) {
      tree.set(key, { value, origin: originAt(here) });
    }
  }
}

function layValue(tree: Tree, path: readonly string[], value: JsonValue, origin: Origin): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    tree.set(key, { value, origin });
    return;
  }
  const section = tree.get(key);
  const below: Tree = section instanceof Map ? section : new Map<string, never>();
  tree.set(key, below);
  layValue(below, rest, value, origin);
}

function toPlain(tree: Tree): JsonObject {
  return Object.fromEntries(
    [...tree].map(([key, node]) => [key, node instanceof Map ? toPlain(node) : node.value]),
  );
}

function originOf(tree: Tree, path: readonly (string | number)[]): Origin {
  let node: Tree | { origin: Origin } | undefined = tree;
  for (const key of path) {
    if (!(node instanceof Map)) break;
    node = node.get(String(key));
  }
  if (node === undefined) return NOWHERE;
  if (!(node instanceof Map)) return node.origin;
  const first = [...node.values()][0];
  return first === undefined || first instanceof Map ? NOWHERE : first.origin;
}

function toDiagnostic(tree: Tree, detail: Joi.ValidationErrorItem): Diagnostic {
  const name = detail.path.join(".");
  const origin = originOf(tree, detail.path);
  if (detail.type !== "object.unknown") {
    return { ...origin, code: "config-invalid", severity: "error", message: `${detail.message}.` };
  }
  const known = configKeys();
  const sections = [...new Set(known.map((key) => key.split(".")[0] ?? key))];
  const meant = didYouMean(name, name.includes(".") ? known : [...sections, ...known]);
  const message = `There is no configuration key "${name}".`;
  const hint = hintFor(name, meant);
  return { ...origin, code: "config-unknown-key", severity: "error", message, hint };
}

function hintFor(name: string, meant: string | undefined): string {
  if (name.endsWith(".password")) {
    return `Secrets are not written here: name a file (${name}_file) or a variable (${name}_env).`;
  }
  return meant === undefined ? "docs/reference/config.md lists all keys." : `Did you mean "${meant}"?`;
}
