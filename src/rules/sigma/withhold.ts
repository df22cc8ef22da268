import type { ParsedSigmaFile } from "./parsed-file.js";

/** A file without the rules and correlations of some ids: what refers to them is told that they were refused. */
export function withhold(file: ParsedSigmaFile, refused: ReadonlySet<string>): ParsedSigmaFile {
  const { rules, sigmaRules, correlations, absent } = file;
  const gone = [
    ...sigmaRules.map(({ rule: { id }, name }) => ({ id, name })),
    ...correlations.map(({ base: { id }, name }) => ({ id, name })),
  ].filter(({ id }) => refused.has(id));
  if (gone.length === 0) return file;
  return {
    ...file,
    rules: rules.filter(({ id }) => !refused.has(id)),
    sigmaRules: sigmaRules.filter(({ rule }) => !refused.has(rule.id)),
    correlations: correlations.filter(({ base }) => !refused.has(base.id)),
    absent: [...absent, ...gone.map((known) => ({ ...known, reason: "refused" as const }))],
  };
}
