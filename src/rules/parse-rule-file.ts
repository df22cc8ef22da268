import type { Diagnostic } from "../lib/diagnostics.js";
import { findOversized, MAX_ALTERNATIVES } from "./alternatives.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import { parseElasticRule } from "./elastic/parse-rule.js";
import type { ParsedFile, RuleSource } from "./front-end.js";
import type { Rule } from "./ir.js";
import { parsePantherRule } from "./panther/parse-rule.js";
import type { Positions } from "./positions.js";
import type { RuleFormat } from "./rule-format.js";
import { parseSigmaFile } from "./sigma/parse-file.js";
import type { ParsedSigmaFile } from "./sigma/parsed-file.js";
import { withhold } from "./sigma/withhold.js";

/** What a file of each format is read as; Sigma's is still to be linked with other files. */
interface ParsedFiles {
  readonly panther: ParsedFile;
  readonly sigma: ParsedSigmaFile;
  readonly elastic: ParsedFile;
}

const FRONT_ENDS: { readonly [F in RuleFormat]: (source: RuleSource) => ParsedFiles[F] } = {
  panther: parsePantherRule,
  sigma: parseSigmaFile,
  elastic: parseElasticRule,
};

/** Reads a file by its format's front end, and refuses what no format may have: more alternatives than are taken. */
export function parseRuleFile<F extends RuleFormat>(format: F, source: RuleSource): ParsedFiles[F] {
  const parse = FRONT_ENDS[format];
  const parsed = parse(source);
  const oversized = parsed.rules.filter((rule) => findOversized(rule.program.condition) !== undefined);
  if (oversized.length === 0) return parsed;
  // Where things stand is kept for lint alone: this once, the file is read again for it.
  const positions: Positions = new WeakMap();
  const again = parse({ ...source, positions });
  const problems = again.rules.flatMap((rule) => tooMany(rule, source.path, positions) ?? []);
  const refused = new Set(oversized.map(({ id }) => id));
  return { ...without(parsed, refused), diagnostics: [...parsed.diagnostics, ...problems] };
}

/** A Sigma rule that is refused here is one that correlations cannot count. */
function without<P extends ParsedFile | ParsedSigmaFile>(parsed: P, refused: ReadonlySet<string>): P {
  if ("sigmaRules" in parsed) return withhold(parsed, refused) as P;
  return { ...parsed, rules: parsed.rules.filter(({ id }) => !refused.has(id)) };
}

function tooMany(rule: Rule, file: string, positions: Positions): Diagnostic | undefined {
  const oversized = findOversized(rule.program.condition);
  if (oversized === undefined) return undefined;
  const code: RuleDiagnosticCode = "too-many-alternatives";
  const place = positions.get(oversized.part) ?? positions.get(rule) ?? { line: 1, column: 1 };
  const message = `${rule.id}: ${oversized.count} alternatives stand side by side; more than ${MAX_ALTERNATIVES} are not taken.`;
  const hint = "Put the values into a named list, and refer to it.";
  return { code, severity: "error", file, ...place, message, hint };
}
