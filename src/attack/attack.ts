import type { AttackReference } from "../rules/ir.js";
import { ATTACK_VERSION, RETIRED_LINES, TACTIC_LINES, TECHNIQUE_LINES } from "./data/enterprise-19.1.js";

export interface NamedAttackId {
  readonly id: string;
  readonly name: string;
}

export interface AttackTechnique extends NamedAttackId {
  /** Ids of the tactics that hold it; empty for a retired one. */
  readonly tactics: readonly string[];
  /** For a retired id: the id that stands in its place now. */
  readonly successor?: string;
}

export interface ResolvedAttack {
  /** Distinct, in order of declaration; a name is the id itself where the data has none. */
  readonly tactics: readonly NamedAttackId[];
  readonly techniques: readonly NamedAttackId[];
  /** One for each declared id that this version does not hold as declared. */
  readonly notes: readonly AttackNote[];
}

export interface AttackNote {
  /** A retired id or a technique under another tactic is put right by itself; an id that nobody knows is a slip. */
  readonly code: "attack-unknown" | "attack-retired" | "attack-other-tactic";
  /** One sentence. */
  readonly message: string;
}

export interface Attack {
  /** Version of the ATT&CK Enterprise matrix, such as "19.1". */
  readonly version: string;
  /** Looks up a technique or sub-technique, retired ones included. */
  technique(id: string): AttackTechnique | undefined;
  tactic(id: string): NamedAttackId | undefined;
  /**
   * What a rule's declarations stand for in this version: declared techniques are kept, the successor of a retired
   * one is added, and a tactic that no longer holds its technique gives way to the technique's own.
   */
  resolve(references: readonly AttackReference[]): ResolvedAttack;
}

/** Reads the pinned ATT&CK data once; the result is immutable. */
export function createAttack(): Attack {
  const tactics = readTactics();
  const techniques = readTechniques();
  return {
    version: ATTACK_VERSION,
    technique: (id) => techniques.get(id),
    tactic: (id) => tactics.get(id),
    resolve: (references) => resolveAll(references, tactics, techniques),
  };
}

function readTactics(): ReadonlyMap<string, NamedAttackId> {
  const tactics = new Map<string, NamedAttackId>();
  for (const [id = "", name = ""] of rows(TACTIC_LINES)) tactics.set(id, { id, name });
  return tactics;
}

function readTechniques(): ReadonlyMap<string, AttackTechnique> {
  const techniques = new Map<string, AttackTechnique>();
  for (const [id = "", name = "", held = ""] of rows(TECHNIQUE_LINES)) {
    techniques.set(id, { id, name, tactics: held.split(",") });
  }
  for (const [id = "", successor = "", name = ""] of rows(RETIRED_LINES)) {
    techniques.set(id, { id, name: name === "" ? id : name, tactics: [], successor });
  }
  return techniques;
}

function* rows(lines: string): Generator<readonly string[]> {
  for (const line of lines.split("\n")) if (line !== "") yield line.split("|");
}

function resolveAll(
  references: readonly AttackReference[],
  tactics: ReadonlyMap<string, NamedAttackId>,
  techniques: ReadonlyMap<string, AttackTechnique>,
): ResolvedAttack {
  const foundTactics = new Map<string, NamedAttackId>();
  const foundTechniques = new Map<string, NamedAttackId>();
  const notes: AttackNote[] = [];
  const note = (code: AttackNote["code"], message: string) => notes.push({ code, message });
  const addTactic = (id: string) => foundTactics.set(id, tactics.get(id) ?? { id, name: id });
  const addTechnique = (id: string) => foundTechniques.set(id, { id, name: techniques.get(id)?.name ?? id });

  for (const { tactic, technique } of references) {
    if (tactic !== undefined && !tactics.has(tactic)) {
      note("attack-unknown", `${tactic} is not a tactic of ATT&CK ${ATTACK_VERSION}.`);
    }
    if (technique === undefined) {
      if (tactic !== undefined) addTactic(tactic);
      continue;
    }
    addTechnique(technique);
    const current = currentTechnique(technique, techniques);
    if (current === undefined) {
      note("attack-unknown", `${technique} is not a technique of ATT&CK ${ATTACK_VERSION}.`);
      if (tactic !== undefined) addTactic(tactic);
      continue;
    }
    if (current.id !== technique) {
      addTechnique(current.id);
      note(
        "attack-retired",
        `${technique} is retired in ATT&CK ${ATTACK_VERSION}: ${current.id} ${current.name} is added.`,
      );
    }
    if (tactic !== undefined && current.tactics.includes(tactic)) {
      addTactic(tactic);
      continue;
    }
    current.tactics.forEach(addTactic);
    if (tactic !== undefined) {
      note(
        "attack-other-tactic",
        `${tactic} does not hold ${current.id} in ATT&CK ${ATTACK_VERSION}: ${current.tactics.join(", ")} does.`,
      );
    }
  }
  return { tactics: [...foundTactics.values()], techniques: [...foundTechniques.values()], notes };
}

/** Follows successors to the technique that stands today; undefined for an id the data does not know. */
function currentTechnique(
  id: string,
  techniques: ReadonlyMap<string, AttackTechnique>,
): AttackTechnique | undefined {
  const seen = new Set<string>();
  let technique = techniques.get(id);
  while (technique?.successor !== undefined && !seen.has(technique.id)) {
    seen.add(technique.id);
    technique = techniques.get(technique.successor);
  }
  return technique;
}
