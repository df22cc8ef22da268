import type { Diagnostic } from "../../lib/diagnostics.js";
import type { RuleSource } from "../front-end.js";
import { toLimitDiagnostic } from "../yaml/yaml-limit.js";
import { parseYamlSources, type YamlSource } from "../yaml/yaml-source.js";
import { isSharing, openDocument, type SigmaDocument } from "./document.js";
import type { DocumentContext } from "./context.js";
import { findOtherLogs } from "./other-logs.js";
import { readCorrelation } from "./parse-correlation.js";
import { readFilter } from "./parse-filter.js";
import { readRule } from "./parse-rule.js";
import type { AbsentRule, ParsedSigmaFile, SigmaCorrelation, SigmaFilter, SigmaRule } from "./parsed-file.js";

/** Codes for what the format has and this program has not: one of them is all that is said of a rule. */
const UNSUPPORTED = [
  "unsupported-regex",
  "unsupported-taxonomy",
  "unsupported-correlation",
  "pipe-aggregation",
];

/**
 * Reads a file of Sigma documents: rules, filters and correlations, parted by `---`. What refers to other files is put
 * together by `linkSigma`. Never throws; a document that is refused costs no other.
 */
export function parseSigmaFile(file: RuleSource): ParsedSigmaFile {
  const parts: Parts = { sigmaRules: [], filters: [], correlations: [], absent: [], diagnostics: [] };
  const { path, positions } = file;
  const elsewhere = findOtherLogs(file.text);
  if (elsewhere !== undefined) {
    const { id, name, ...where } = elsewhere;
    const diagnostics = [{ code: "other-log-type", file: path, ...where } as const];
    return {
      ...parts,
      absent: [{ id, name, reason: "other_logs" }],
      diagnostics,
      rules: [],
      path,
      positions,
    };
  }
  try {
    const sources = parseYamlSources(file.text, file.path);
    // What stands behind a document that is shared is incomplete without it.
    const sharing = sources.find((source) => isSharing(contextOf(source, file)));
    if (sharing !== undefined) parts.diagnostics.push(...sharing.diagnostics);
    else for (const source of sources) readDocument(source, file, parts);
    if (sources.length === 0) parts.diagnostics.push(problem(file, "not-a-rule", "The file is empty."));
  } catch (error) {
    parts.diagnostics.push(toLimitDiagnostic(error, path));
  }
  return { ...parts, rules: parts.sigmaRules.map(({ rule }) => rule), path, positions };
}

interface Parts {
  readonly sigmaRules: SigmaRule[];
  readonly filters: SigmaFilter[];
  readonly correlations: SigmaCorrelation[];
  readonly absent: AbsentRule[];
  readonly diagnostics: Diagnostic[];
}

function readDocument(source: YamlSource, file: RuleSource, parts: Parts): void {
  const context = contextOf(source, file);
  let document: SigmaDocument | undefined;
  try {
    document = openDocument(context);
    if (document !== undefined) readKind(context, document, file, parts);
    parts.diagnostics.push(...settle(source.diagnostics, document, context));
  } catch (error) {
    // Aliases that repeat without end, or contain themselves.
    parts.diagnostics.push(...source.diagnostics, toLimitDiagnostic(error, file.path));
  }
}

function contextOf(source: YamlSource, { lists, positions }: RuleSource): DocumentContext {
  return { source, lists, positions };
}

function readKind(context: DocumentContext, document: SigmaDocument, file: RuleSource, parts: Parts): void {
  if (document.kind === "filter") {
    const filter = readFilter(context, document);
    if (filter !== undefined) parts.filters.push(filter);
    return;
  }
  const read =
    document.kind === "rule" ? readRule(context, document, file) : readCorrelation(context, document, file);
  if (typeof read === "string") parts.absent.push({ ...identify(context, document), reason: read });
  else if ("rule" in read) parts.sigmaRules.push(read);
  else parts.correlations.push(read);
}

function identify(
  { source }: DocumentContext,
  document: SigmaDocument,
): { id: string | undefined; name: string | undefined } {
  const text = (key: string): string | undefined => {
    const value = source.scalar(document.entry(key)?.value);
    return typeof value === "string" ? value : undefined;
  };
  return { id: text("id"), name: text("name") };
}

/** Of a rule that uses something unsupported, that alone is said, with its id. */
function settle(
  diagnostics: readonly Diagnostic[],
  document: SigmaDocument | undefined,
  context: DocumentContext,
): readonly Diagnostic[] {
  const unsupported = diagnostics.find(({ code }) => UNSUPPORTED.includes(code));
  if (unsupported === undefined) return diagnostics;
  const id = document === undefined ? undefined : identify(context, document).id;
  return [id === undefined ? unsupported : { ...unsupported, message: `${id}: ${unsupported.message}` }];
}

function problem({ path }: RuleSource, code: "not-a-rule", message: string): Diagnostic {
  return { code, severity: "error", file: path, line: 1, column: 1, message };
}
