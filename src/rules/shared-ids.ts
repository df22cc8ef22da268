import type { Diagnostic } from "../lib/diagnostics.js";
import { isBundled } from "./bundled-pack.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import type { Rule } from "./ir.js";
import { nameOthers } from "./name-others.js";
import type { Positions } from "./positions.js";

export interface LoadedFile {
  readonly rules: readonly Rule[];
  readonly path: string;
}

/** A rule that has an id which another one has too. */
interface Claim {
  readonly rule: Rule;
  readonly path: string;
}
export type SharedIds = ReadonlyMap<string, readonly Claim[]>;

/** Ids that several rules have. One names a rule in tags, alerts and exceptions: nobody could tell which was meant. */
export function findSharedIds(files: readonly LoadedFile[]): SharedIds {
  const claims = new Map<string, Claim[]>();
  for (const { rules, path } of files) {
    for (const rule of rules) {
      const known = claims.get(rule.id);
      if (known === undefined) claims.set(rule.id, [{ rule, path }]);
      else known.push({ rule, path });
    }
  }
  return new Map([...claims].filter(([, same]) => same.length > 1));
}

/** Says of each rule with such an id that it is not loaded, and which other ones have it. */
export function refuseSharedIds(shared: SharedIds, positions: Positions | undefined): readonly Diagnostic[] {
  const code: RuleDiagnosticCode = "duplicate-rule-id";
  return [...shared].flatMap(([id, claims]) => {
    const hint = claims.some(({ path }) => isBundled(path))
      ? "One of them is in the bundled pack: give the other an id of its own, or copy the pack, change the copy and set rules.bundled: false."
      : "Give each rule an id of its own.";
    const paths = claims.map(({ path }) => path);
    return claims.map(({ rule, path }, i) => {
      const message = `The id ${id} is also that of a rule in ${nameOthers(paths, i)}; none of these rules is loaded.`;
      const place = positions?.get(rule) ?? { line: 1, column: 1 };
      return { code, severity: "error", file: path, ...place, message, hint } as const;
    });
  });
}
