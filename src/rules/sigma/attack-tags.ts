import { didYouMean } from "../../lib/did-you-mean.js";
import type { AttackReference } from "../ir.js";

/** Short names of ATT&CK's tactics, as tags have them; former names stay, since rules outlive them. */
export const TACTIC_NAMES: ReadonlyMap<string, string> = new Map([
  ["reconnaissance", "TA0043"],
  ["resource-development", "TA0042"],
  ["initial-access", "TA0001"],
  ["execution", "TA0002"],
  ["persistence", "TA0003"],
  ["privilege-escalation", "TA0004"],
  ["defense-evasion", "TA0005"],
  ["stealth", "TA0005"],
  ["defense-impairment", "TA0112"],
  ["credential-access", "TA0006"],
  ["discovery", "TA0007"],
  ["lateral-movement", "TA0008"],
  ["collection", "TA0009"],
  ["command-and-control", "TA0011"],
  ["exfiltration", "TA0010"],
  ["impact", "TA0040"],
]);

/** Groups, software, data sources, mitigations and assets: no part of a reference to a technique. */
const OTHER_OBJECT = /^(?:g|s|ds|m|a)\d{4}$/;

export type AttackTag =
  | { readonly kind: "reference"; readonly reference: AttackReference }
  | { readonly kind: "none" }
  /** A tag of the namespace that means nothing; `meant` is one that does. */
  | { readonly kind: "unknown"; readonly meant: string | undefined };

/** Reads a tag: `attack.t1078.004`, `attack.initial-access`, `attack.initial_access`; other namespaces give `none`. */
export function parseAttackTag(tag: string): AttackTag {
  const lower = tag.trim().toLowerCase();
  if (!lower.startsWith("attack.")) return { kind: "none" };
  const rest = lower.slice("attack.".length);
  if (/^t\d{4}(?:\.\d{3})?$/.test(rest)) return reference(undefined, rest.toUpperCase());
  const name = rest.replaceAll("_", "-");
  const tactic = TACTIC_NAMES.get(name) ?? (/^ta\d{4}$/.test(rest) ? rest.toUpperCase() : undefined);
  if (tactic !== undefined) return reference(tactic, undefined);
  if (OTHER_OBJECT.test(rest)) return { kind: "none" };
  const meant = didYouMean(name, TACTIC_NAMES.keys());
  return { kind: "unknown", meant: meant === undefined ? undefined : `attack.${meant}` };
}

function reference(tactic: string | undefined, technique: string | undefined): AttackTag {
  return { kind: "reference", reference: { tactic, technique } };
}
