import { createAttack } from "../../src/attack/attack.js";
import { RETIRED_LINES } from "../../src/attack/data/enterprise-19.1.js";

const attack = createAttack();
const reference = (text: string) => {
  const [tactic, technique] = text.split(":");
  return { tactic, technique };
};
const resolve = (...texts: string[]) => attack.resolve(texts.map(reference));

describe("attack data", () => {
  it("has the tactics of the pinned version under their names there", () => {
    expect(attack.version).toBe("19.1");
    expect(attack.tactic("TA0005")).toEqual({ id: "TA0005", name: "Stealth" });
    expect(attack.tactic("TA0112")).toEqual({ id: "TA0112", name: "Defense Impairment" });
    expect(attack.tactic("TA9999")).toBeUndefined();
  });

  it("looks up techniques, sub-techniques and retired ids", () => {
    expect(attack.technique("T1526")).toEqual({
      id: "T1526",
      name: "Cloud Service Discovery",
      tactics: ["TA0007"],
    });
    expect(attack.technique("T1685.002")?.name).toBe("Disable or Modify Cloud Log");
    expect(attack.technique("T1562.008")).toMatchObject({
      name: "Disable or Modify Cloud Logs",
      successor: "T1685.002",
    });
    expect(attack.technique("__proto__")).toBeUndefined();
  });

  it("leads from every retired id to a technique that stands today", () => {
    const ids = RETIRED_LINES.trim()
      .split("\n")
      .map((line) => line.split("|")[0]!);
    expect(ids.length).toBeGreaterThan(100);
    for (const id of ids) {
      const last = attack.resolve([{ tactic: undefined, technique: id }]).techniques.at(-1)!;
      expect(attack.technique(last.id)?.successor).toBeUndefined();
      expect(attack.technique(last.id)?.tactics).not.toHaveLength(0);
    }
  });
});

describe("attack.resolve", () => {
  it("keeps a declaration that the version holds", () => {
    expect(resolve("TA0003:T1098")).toEqual({
      tactics: [{ id: "TA0003", name: "Persistence" }],
      techniques: [{ id: "T1098", name: "Account Manipulation" }],
      notes: [],
    });
  });

  it("adds the successor of a retired id, with the successor's tactic", () => {
    const resolved = resolve("TA0005:T1562.008");
    expect(resolved.techniques).toEqual([
      { id: "T1562.008", name: "Disable or Modify Cloud Logs" },
      { id: "T1685.002", name: "Disable or Modify Cloud Log" },
    ]);
    expect(resolved.tactics).toEqual([{ id: "TA0112", name: "Defense Impairment" }]);
    expect(resolved.notes).toHaveLength(2);
  });

  it("moves a technique to its own tactic where the declared one no longer holds it", () => {
    const resolved = resolve("TA0005:T1599", "TA0007:T1526");
    expect(resolved.tactics.map((t) => t.id)).toEqual(["TA0112", "TA0007"]);
    expect(resolved.techniques.map((t) => t.id)).toEqual(["T1599", "T1526"]);
    expect(resolved.notes).toEqual([
      { code: "attack-other-tactic", message: "TA0005 does not hold T1599 in ATT&CK 19.1: TA0112 does." },
    ]);
  });

  it("names each id once, in order of declaration", () => {
    const resolved = resolve("TA0007:T1526", "TA0003:T1098", "TA0005:T1562", "TA0005:T1599", "TA0007:T1526");
    expect(resolved.tactics.map((t) => t.id)).toEqual(["TA0007", "TA0003", "TA0112"]);
    expect(resolved.techniques.map((t) => t.id)).toEqual(["T1526", "T1098", "T1562", "T1685", "T1599"]);
  });

  it("keeps unknown ids and says so", () => {
    const resolved = resolve("TA9999:T9999");
    expect(resolved.tactics).toEqual([{ id: "TA9999", name: "TA9999" }]);
    expect(resolved.techniques).toEqual([{ id: "T9999", name: "T9999" }]);
    expect(resolved.notes).toHaveLength(2);
  });

  it("takes a tactic alone, and a technique alone with its own tactics", () => {
    expect(attack.resolve([{ tactic: "TA0040", technique: undefined }]).tactics).toEqual([
      { id: "TA0040", name: "Impact" },
    ]);
    expect(attack.resolve([{ tactic: undefined, technique: "T1098" }]).tactics.map((t) => t.id)).toEqual([
      "TA0003",
      "TA0004",
    ]);
  });
});
