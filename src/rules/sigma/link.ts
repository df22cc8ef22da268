import type { Diagnostic } from "../../lib/diagnostics.js";
import { finishRule } from "../finish-rule.js";
import type { ParsedFile } from "../front-end.js";
import type { Rule } from "../ir.js";
import { KnownRules } from "./known-rules.js";
import { linkCorrelations } from "./link-correlations.js";
import { linkFilters } from "./link-filters.js";
import type { ParsedSigmaFile } from "./parsed-file.js";

/** Rules of all Sigma files of a load, final. `diagnostics` are those of the files and of putting them together. */
export interface LinkedSigma extends ParsedFile {
  /** The same rules by the file that they stand in, files in the order given. */
  readonly files: readonly { readonly path: string; readonly rules: readonly Rule[] }[];
}

/**
 * Puts together what refers to other documents, of whichever file: filters narrow the rules that they name, correlations
 * are made of the rules that they name, and a rule that a correlation counts raises no alert of its own unless the
 * correlation says `generate: true`. Never throws.
 */
export function linkSigma(files: readonly ParsedSigmaFile[]): LinkedSigma {
  const known = new KnownRules(files);
  const diagnostics: Diagnostic[] = files.flatMap((file) => file.diagnostics);
  const filtered = linkFilters(files, known, diagnostics);
  const { correlations, counted } = linkCorrelations(files, known, filtered, diagnostics);
  const linked = files.map((file) => {
    const finish = (before: Rule | undefined, rule: Omit<Rule, "hash">): Rule => {
      const createAlert = rule.createAlert && !counted.has(rule.id);
      if (before !== undefined && createAlert === before.createAlert && before.program === rule.program)
        return before;
      const finished = finishRule({ ...withoutHash(rule), createAlert });
      const position = before === undefined ? undefined : file.positions?.get(before);
      if (position !== undefined) file.positions?.set(finished, position);
      return finished;
    };
    const rules = file.sigmaRules.map(({ rule }) => finish(rule, filtered.get(rule) ?? rule));
    for (const correlation of file.correlations) {
      const made = correlations.get(correlation);
      if (made === undefined) continue;
      const rule = finish(undefined, made);
      file.positions?.set(rule, correlation.position);
      rules.push(rule);
    }
    return { path: file.path, rules };
  });
  return { rules: linked.flatMap(({ rules }) => rules), files: linked, diagnostics };
}

function withoutHash(rule: Omit<Rule, "hash">): Omit<Rule, "hash"> {
  const rest: Omit<Rule, "hash"> & { hash?: string } = { ...rule };
  delete rest.hash;
  return rest;
}
