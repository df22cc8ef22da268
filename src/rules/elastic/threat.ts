import type { AttackReference } from "../ir.js";
import type { TomlPath } from "./text-position.js";
import { nameOf, type TomlSource } from "./toml-source.js";

const FRAMEWORK = "MITRE ATT&CK";

/** Reads `threat`: each tactic with its techniques and sub-techniques. What cannot be read is left out, with a warning. */
export function readThreat(
  source: TomlSource,
  place: (part: object, path: TomlPath) => void,
): readonly AttackReference[] {
  const references: AttackReference[] = [];
  const add = (tactic: string | undefined, technique: string | undefined, path: TomlPath): void => {
    if (tactic === undefined && technique === undefined) return;
    const reference = { tactic, technique };
    place(reference, path);
    references.push(reference);
  };
  for (const threat of source.items(["rule", "threat"])) {
    // Other frameworks (MITRE ATLAS) have ids of their own.
    if ((source.string([...threat, "framework"]) ?? FRAMEWORK) !== FRAMEWORK) continue;
    const tactic = readId(source, [...threat, "tactic", "id"], /^TA\d{4}$/);
    const techniques = source.items([...threat, "technique"]);
    if (techniques.length === 0) add(tactic, undefined, [...threat, "tactic", "id"]);
    for (const technique of techniques) {
      const id = [...technique, "id"];
      add(tactic, readId(source, id, /^T\d{4}$/), id);
      for (const part of source.items([...technique, "subtechnique"])) {
        const partId = [...part, "id"];
        add(tactic, readId(source, partId, /^T\d{4}\.\d{3}$/), partId);
      }
    }
  }
  return references;
}

function readId(source: TomlSource, path: TomlPath, form: RegExp): string | undefined {
  const id = source.string(path);
  if (id === undefined || form.test(id)) return id;
  const message = `${nameOf(path)} is ${JSON.stringify(id)}, which is no ATT&CK id of that kind.`;
  const hint = "Write ids such as TA0005, T1562 and T1562.008.";
  source.report("bad-attack-reference", source.places.valueAt(path), message, hint, "warning");
  return undefined;
}
