import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  visit,
  Document,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Diagnostic, DiagnosticSeverity } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { Position } from "../positions.js";
import { composeDocuments, type YamlExcess } from "./compose-documents.js";
import { findBadKey } from "./bad-key.js";
import { toPlainData } from "./plain-data.js";
import { YamlLimitError } from "./yaml-limit.js";
import { explainYaml } from "./yaml-problem.js";

/** A key of a mapping with its value; `value` is undefined for `Key:` with nothing after it. */
export interface Entry {
  readonly key: string;
  readonly keyNode: Node | undefined;
  readonly value: Node | undefined;
}

/** A node, or a part of its text: where it begins is all that counts. */
export type Place = Pick<Node, "range">;

/** A YAML file, or one document of it, being read: hands out nodes, and collects what is wrong with them at their positions. */
export interface YamlSource {
  readonly root: Node | undefined;
  readonly diagnostics: readonly Diagnostic[];
  report(
    code: RuleDiagnosticCode,
    at: Place | undefined,
    message: string,
    hint?: string,
    severity?: DiagnosticSeverity,
  ): void;
  /** Entries of a mapping, in order; reports `wrong-type` and gives none for anything else. */
  entries(node: Node | undefined, what: string): readonly Entry[];
  /** Items of a sequence; reports `wrong-type` and gives undefined for anything else. */
  items(node: Node | undefined, what: string): readonly (Node | undefined)[] | undefined;
  /** The scalar a node holds; undefined when it holds none. Null for an explicit or empty null. */
  scalar(node: Node | undefined): unknown;
  string(node: Node | undefined, what: string): string | undefined;
  integer(node: Node | undefined, what: string, min: number, max: number): number | undefined;
  boolean(node: Node | undefined, what: string): boolean | undefined;
  strings(node: Node | undefined, what: string): readonly string[];
  /** Plain data, aliases resolved. */
  toData(node: Node | undefined): unknown;
  /** Where a node begins; the beginning of the file when there is none. */
  position(node: Place | undefined): Position;
  /** True when an error was reported; warnings and information do not count. */
  failed(): boolean;
}

/** Aliases let a short file stand for one without end. Of mappings and lists, and of items of lists. */
const MAX_COLLECTIONS = 20_000;
const MAX_ITEMS = 200_000;

/**
 * Parses YAML text; syntax errors are in `diagnostics` already, and `root` is undefined then.
 * @param maxLength in characters, for files that are long by their nature.
 * @param separate says how to write what stands in several documents, unless those are rules.
 * @throws YamlLimitError while it is read, where it stands for more mappings and lists than only aliases can bring
 * about, or for itself.
 */
export function parseYamlSource(
  text: string,
  file: string,
  maxLength?: number,
  separate?: string,
): YamlSource {
  const lines = new LineCounter();
  const { documents, excess } = composeDocuments(text, lines, 2, maxLength);
  const [document, second] = documents;
  const source = document === undefined ? toExcess(excess, lines, file) : toSource(document, lines, file);
  if (second === undefined || source.failed()) return source;
  const { message, hint } = explainYaml("MULTIPLE_DOCS", "");
  source.report("yaml-syntax", second.contents ?? undefined, `${NOT_YAML}: ${message}.`, separate ?? hint);
  return { ...source, root: undefined };
}

/** As `parseYamlSource`, for a file of several documents, parted by `---`; empty documents are left out. */
export function parseYamlSources(text: string, file: string): readonly YamlSource[] {
  const lines = new LineCounter();
  const { documents, excess } = composeDocuments(text, lines, Infinity);
  if (excess !== undefined) return [toExcess(excess, lines, file)];
  return documents
    .filter((document) => !isEmpty(document))
    .map((document) => toSource(document, lines, file));
}

function isEmpty({ contents, errors }: Document): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.source === ""));
}

const NOT_YAML = "This is not well-formed YAML";

function toExcess(excess: YamlExcess | undefined, lines: LineCounter, file: string): YamlSource {
  const source = toSource(new Document(), lines, file, excess?.offset);
  const message = `The file cannot be read as YAML: ${excess?.message ?? "it is empty"}.`;
  source.report("yaml-limit", undefined, message, excess?.hint);
  return source;
}

/** @param start is where positions point to that are of no node; the document's own beginning unless given. */
function toSource(document: Document, lines: LineCounter, file: string, start?: number): YamlSource {
  const diagnostics: Diagnostic[] = [];
  const locate = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const offsetOf = (node: Place | undefined): number => node?.range?.[0] ?? start ?? document.range?.[0] ?? 0;
  const add = (
    code: RuleDiagnosticCode,
    offset: number,
    message: string,
    hint: string | undefined,
    severity: DiagnosticSeverity,
  ): void => {
    const position = { file, ...locate(offset) };
    diagnostics.push({ code, severity, ...position, message, ...(hint === undefined ? {} : { hint }) });
  };
  for (const error of document.errors.slice(0, 1)) {
    const { message, hint } = explainYaml(error.code, error.message);
    add("yaml-syntax", error.pos[0], `${NOT_YAML}: ${message}.`, hint, "error");
  }
  const bad = document.errors.length > 0 ? undefined : findBadKey(document);
  if (bad !== undefined)
    add("yaml-syntax", offsetOf(bad.node), `${NOT_YAML}: ${bad.message}.`, bad.hint, "error");

  let collections = 0;
  let items = 0;
  const count = (node: Node | undefined): void => {
    // A long file may hold many by itself, each of them in some characters of its own.
    const own = document.range?.[2] ?? 0;
    if (++collections > Math.max(MAX_COLLECTIONS, own) || items > Math.max(MAX_ITEMS, own))
      throw new YamlLimitError("its aliases repeat too much", source.position(node));
  };

  const lost = new Set<Node>();
  const follow: Follow = (node) => {
    if (!isAlias(node)) return node ?? undefined;
    const target = targetsOf(document).get(node);
    if (target === undefined && !lost.has(node)) {
      lost.add(node);
      const message = `${NOT_YAML}: no &${node.source} stands before the alias *${node.source}.`;
      add("yaml-syntax", offsetOf(node), message, "Put a value that begins with a star in quotes.", "error");
    }
    return target;
  };

  const source: YamlSource = {
    root: diagnostics.length > 0 ? undefined : follow(document.contents),
    diagnostics,
    report: (code, at, message, hint, severity = "error") => add(code, offsetOf(at), message, hint, severity),
    entries(node, what) {
      count(node);
      const map = follow(node);
      if (isMap(map)) return toEntries(map, follow);
      source.report("wrong-type", node, `${what} must be a mapping.`, "Write it as `Key: value`.");
      return [];
    },
    items(node, what) {
      count(node);
      const list = follow(node);
      if (isSeq(list)) {
        items += list.items.length;
        return (list as YAMLSeq<Node>).items.map((item) => follow(item));
      }
      source.report("wrong-type", node, `${what} must be a list.`, "Begin each item with a dash.");
      return undefined;
    },
    scalar(node) {
      const scalar = follow(node);
      if (scalar === undefined) return null;
      return isScalar(scalar) ? scalar.value : undefined;
    },
    string(node, what) {
      const value = source.scalar(node);
      if (typeof value === "string") return value;
      source.report("wrong-type", node, `${what} must be a string.`, "Put the value in quotes.");
      return undefined;
    },
    integer(node, what, min, max) {
      const value = source.scalar(node);
      if (typeof value !== "number" || !Number.isInteger(value)) {
        source.report("wrong-type", node, `${what} must be a whole number.`, "Write it without quotes.");
        return undefined;
      }
      if (value >= min && value <= max) return value;
      source.report("bad-value", node, `${what} must be from ${min} to ${max}.`);
      return undefined;
    },
    boolean(node, what) {
      const value = source.scalar(node);
      if (typeof value === "boolean") return value;
      source.report("wrong-type", node, `${what} must be true or false.`, "Write it without quotes.");
      return undefined;
    },
    strings(node, what) {
      const items = source.items(node, what) ?? [];
      return items.flatMap((item) => source.string(item, `Each item of ${what}`) ?? []);
    },
    position: (node) => locate(offsetOf(node)),
    toData(node): unknown {
      try {
        return toPlainData(document, node);
      } catch {
        throw new YamlLimitError("aliases here stand for themselves or for too much", source.position(node));
      }
    },
    failed: () => diagnostics.some((d) => d.severity === "error"),
  };
  return source;
}

type Follow = (node: Node | null | undefined) => Node | undefined;

function toEntries(map: YAMLMap, follow: Follow): readonly Entry[] {
  return (map as YAMLMap<Node | null, Node | null>).items.map((pair) => {
    const keyNode = pair.key ?? undefined;
    return {
      key: isScalar(keyNode) ? String(keyNode.value) : "",
      keyNode,
      value: follow(pair.value),
    };
  });
}

const TARGETS = new WeakMap<Document, ReadonlyMap<Node, Node>>();

/** What each alias stands for, found in one walk: `Alias.resolve` walks the whole document for each. */
function targetsOf(document: Document): ReadonlyMap<Node, Node> {
  const known = TARGETS.get(document);
  if (known !== undefined) return known;
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node: (_, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (target !== undefined) targets.set(node, target);
      else if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  TARGETS.set(document, targets);
  return targets;
}
