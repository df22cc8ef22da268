import { parse, TomlError } from "smol-toml";
import type { Diagnostic, DiagnosticSeverity } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { Position } from "../positions.js";
import { locateToml, type TomlPath, type TomlPlaces } from "./text-position.js";

/** A TOML file being read: hands out values by their paths, and collects what is wrong with them at their positions. */
export interface TomlSource {
  /** False when the text is not TOML; the diagnostics say why. */
  readonly wellFormed: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly places: TomlPlaces;
  report(
    code: RuleDiagnosticCode,
    at: Position,
    message: string,
    hint?: string,
    severity?: DiagnosticSeverity,
  ): void;
  /** Any value; undefined when there is none. */
  value(path: TomlPath): unknown;
  /** Keys of a table; reports `wrong-type` and gives none for anything else. */
  keys(path: TomlPath): readonly string[];
  string(path: TomlPath): string | undefined;
  integer(path: TomlPath, min: number, max: number): number | undefined;
  boolean(path: TomlPath): boolean | undefined;
  /** Items of a list, by their paths. */
  items(path: TomlPath): readonly TomlPath[];
  strings(path: TomlPath): readonly string[];
  /** True when an error was reported. */
  failed(): boolean;
}

/** A rule of Elastic's has 10,000 or so. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Parses TOML text; a syntax error is in `diagnostics` already. */
export function parseTomlSource(text: string, file: string): TomlSource {
  const diagnostics: Diagnostic[] = [];
  const report: TomlSource["report"] = (code, at, message, hint, severity = "error") => {
    const diagnostic = { code, severity, file, line: at.line, column: at.column, message };
    diagnostics.push(hint === undefined ? diagnostic : { ...diagnostic, hint });
  };
  const root = readRoot(text, report);
  const places = locateToml(root === undefined ? "" : text);
  const wrongType = (path: TomlPath, wanted: string, hint: string): void => {
    report("wrong-type", places.valueAt(path), `${nameOf(path)} must be ${wanted}.`, hint);
  };

  const source: TomlSource = {
    wellFormed: root !== undefined,
    diagnostics,
    places,
    report,
    value: (path) => path.reduce<unknown>((value, step) => member(value, step), root),
    keys(path) {
      const value = source.value(path);
      if (isTable(value)) return Object.keys(value);
      if (value !== undefined) wrongType(path, "a table", "Begin it with a header in brackets.");
      return [];
    },
    string(path) {
      const value = source.value(path);
      if (value === undefined || typeof value === "string") return value;
      wrongType(path, "a string", "Put the value in quotes.");
      return undefined;
    },
    integer(path, min, max) {
      const value = source.value(path);
      if (value === undefined) return undefined;
      if (typeof value !== "number" || !Number.isInteger(value))
        wrongType(path, "a whole number", "Write it without quotes.");
      else if (value >= min && value <= max) return value;
      else report("bad-value", places.valueAt(path), `${nameOf(path)} must be from ${min} to ${max}.`);
      return undefined;
    },
    boolean(path) {
      const value = source.value(path);
      if (value === undefined || typeof value === "boolean") return value;
      wrongType(path, "true or false", "Write it without quotes.");
      return undefined;
    },
    items(path) {
      const value = source.value(path);
      if (Array.isArray(value)) return value.map((_, i) => [...path, i]);
      if (value !== undefined) wrongType(path, "a list", "Put it in brackets.");
      return [];
    },
    strings: (path) => source.items(path).flatMap((item) => source.string(item) ?? []),
    failed: () => diagnostics.some(({ severity }) => severity === "error"),
  };
  return source;
}

/** `rule.threat[0].tactic`, without what goes without saying. */
export function nameOf(path: TomlPath): string {
  const steps = path[0] === "rule" && path.length > 1 ? path.slice(1) : path;
  return steps
    .map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join("");
}

function readRoot(text: string, report: TomlSource["report"]): unknown {
  if (text.length > MAX_LENGTH) {
    const message = `The file is longer than ${MAX_LENGTH} characters.`;
    report("toml-syntax", { line: 1, column: 1 }, message, "Keep long lists of values in named lists.");
    return undefined;
  }
  try {
    return parse(text);
  } catch (error) {
    const place = error instanceof TomlError ? { line: error.line, column: error.column } : undefined;
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    const what = reason.replace(/^Invalid TOML document: /, "").replace(/\.?$/, ".");
    const hint =
      "Look at this line and those before it: a text stands in quotes, and what is opened is closed.";
    report("toml-syntax", place ?? { line: 1, column: 1 }, `This is not well-formed TOML: ${what}`, hint);
    return undefined;
  }
}

function member(value: unknown, step: string | number): unknown {
  if (typeof step === "number") return Array.isArray(value) ? (value as readonly unknown[])[step] : undefined;
  return isTable(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
