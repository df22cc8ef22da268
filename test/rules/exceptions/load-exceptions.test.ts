import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCondition } from "../../../src/match/compile-condition.js";
import { loadExceptions } from "../../../src/rules/exceptions/load-exceptions.js";
import { runExceptionTests } from "../../../src/rules/exceptions/run-exception-tests.js";
import type { Positions } from "../../../src/rules/positions.js";
import { ruleOf } from "../../enrich/make.js";

const NOW = Date.parse("2026-11-01T00:00:00Z");
const rules = [ruleOf({ id: "Trail.Stopped", tags: ["trail"] }), ruleOf({ id: "Key.Made", tags: ["iam"] })];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trailtag-exceptions-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function load(...files: readonly string[]) {
  await Promise.all(files.map((text, i) => writeFile(join(folder, `${i}.yml`), text)));
  const { exceptions, diagnostics } = await loadExceptions([folder], { lists: new Map(), rules, now: NOW });
  const told = diagnostics.map(({ code, severity, file, line, column }) => [
    code,
    severity,
    `${file.slice(folder.length + 1)}:${line}:${column}`,
  ]);
  return { exceptions, diagnostics, told, ids: exceptions.map(({ id }) => id) };
}

const CONDITION = "[{Key: userAgent, Condition: Equals, Value: terraform}]";
const REST = `condition: ${CONDITION}, owner: iam-team, reason: known`;

test("an exception is read whole", async () => {
  const { exceptions, diagnostics } = await load(`
id: Rotation.Job
scope: { rules: [Key.Made] }
condition:
  - KeyPath: userIdentity.userName
    Condition: StartsWith
    Value: rotation-
owner: iam-team@example.com
reason: The rotation job makes a key for each user.
expires: 2027-01-31
tests:
  - name: the job
    suppress: true
    event: { userIdentity: { userName: rotation-1 } }
  - name: somebody
    suppress: false
    event: '{"userIdentity":{"userName":"maria"}}'
  - name: wrongly expected
    suppress: true
    event: { userIdentity: null }
`);
  expect(diagnostics).toEqual([]);
  expect(exceptions).toEqual([
    {
      id: "Rotation.Job",
      scope: { kind: "rules", ids: ["Key.Made"] },
      condition: { kind: "all", terms: [expect.objectContaining({ kind: "predicate" })] },
      owner: "iam-team@example.com",
      reason: "The rotation job makes a key for each user.",
      expires: Date.parse("2027-02-01T00:00:00Z"),
      tests: [
        { name: "the job", expected: true, log: { userIdentity: { userName: "rotation-1" } } },
        { name: "somebody", expected: false, log: { userIdentity: { userName: "maria" } } },
        { name: "wrongly expected", expected: true, log: { userIdentity: null } },
      ],
      path: join(folder, "0.yml"),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
  const results = runExceptionTests(exceptions, (condition) => compileCondition(condition));
  expect(results.map(({ exceptionId, name, passed }) => [exceptionId, name, passed])).toEqual([
    ["Rotation.Job", "the job", true],
    ["Rotation.Job", "somebody", true],
    ["Rotation.Job", "wrongly expected", false],
  ]);
});

test("several stand under exceptions, each with a scope of its own kind", async () => {
  const { exceptions, diagnostics } = await load(
    `exceptions:\n  - {id: B, scope: all, ${REST}}\n  - {id: A, scope: {tags: [iam, trail]}, ${REST}}\n`,
  );
  expect(diagnostics).toEqual([]);
  expect(exceptions.map(({ id, scope, expires, tests }) => [id, scope, expires, tests])).toEqual([
    ["A", { kind: "tags", tags: ["iam", "trail"] }, undefined, []],
    ["B", { kind: "all" }, undefined, []],
  ]);
});

test("a bad exception costs no other, in its file or beside it", async () => {
  const { ids, told } = await load(
    [
      "exceptions:",
      `  - {id: NoScope, ${REST}}`,
      "  - {id: NoneOfIt}",
      `  - {id: Both, scope: {rules: [Key.Made], tags: [iam]}, ${REST}}`,
      `  - {id: Misspelt, scope: {rule: [Key.Made]}, ${REST}}`,
      `  - {id: NoRules, scope: {rules: []}, ${REST}}`,
      `  - {id: EmptyScope, scope: {}, ${REST}}`,
      `  - {id: NotAll, scope: everything, ${REST}}`,
      `  - {id: '  ', scope: all, ${REST}}`,
      `  - {id: 7, scope: all, ${REST}}`,
      `  - {id: Expiry, scope: all, expires: 2027-02-30, ${REST}}`,
      `  - {id: ExpiryType, scope: all, expires: 2027, ${REST}}`,
      "  - {id: Condition, scope: all, condition: [{Key: userAgent, Condition: Equal, Value: x}], owner: o, reason: r}",
      "  - {id: EmptyCondition, scope: all, condition: [{}], owner: o, reason: r}",
      `  - {id: Tests, scope: all, tests: [{name: n, suppress: yes, event: {}}, {name: n, supress: true}], ${REST}}`,
      `  - {id: Good, scope: all, ${REST}}`,
    ].join("\n"),
    "id: [",
    `{id: Beside, scope: all, ${REST}}`,
  );
  expect(ids).toEqual(["Beside", "Good"]);
  const error = (code: string, at: string) => [code, "error", expect.stringMatching(`^0.yml:${at}:`)];
  expect(told).toEqual([
    error("missing-key", "2"),
    error("missing-key", "3"),
    error("bad-value", "4"),
    error("unknown-key", "5"),
    error("bad-value", "6"),
    error("bad-value", "7"),
    error("bad-value", "8"),
    error("bad-value", "9"),
    error("wrong-type", "10"),
    error("bad-value", "11"),
    error("wrong-type", "12"),
    error("unknown-condition", "13"),
    error("bad-expression", "14"),
    error("wrong-type", "15"),
    error("unknown-key", "15"),
    error("missing-key", "15"),
    ["yaml-syntax", "error", expect.stringMatching(/^1\.yml:/)],
  ]);
});

test("a rule or a tag that is not loaded is a warning, with what was meant", async () => {
  const { ids, told, diagnostics } = await load(
    `exceptions:\n  - {id: A, scope: {rules: [Key.Mad, Key.Made]}, ${REST}}\n  - {id: B, scope: {tags: [Iam]}, ${REST}}\n`,
  );
  expect(ids).toEqual(["A", "B"]);
  expect(told).toEqual([
    ["unknown-rule", "warning", "0.yml:2:29"],
    ["unknown-tag", "warning", "0.yml:3:28"],
  ]);
  expect(diagnostics.map(({ hint }) => hint)).toEqual(["Did you mean Key.Made?", "Did you mean iam?"]);
});

test("one that has expired is loaded, and says so", async () => {
  const { ids, told, diagnostics } = await load(
    `exceptions:\n` +
      `  - {id: Past, scope: all, expires: 2026-10-31, ${REST}}\n` +
      `  - {id: Today, scope: all, expires: 2026-11-01, ${REST}}\n`,
  );
  expect(ids).toEqual(["Past", "Today"]);
  expect(told).toEqual([["exception-expired", "warning", "0.yml:2:37"]]);
  expect(diagnostics[0]?.message).toContain("Past");
});

test("exceptions that share an id are all refused", async () => {
  const { ids, told } = await load(
    `exceptions: [{id: Twice, scope: all, ${REST}}, {id: Once, scope: all, ${REST}}]`,
    `{id: Twice, scope: all, ${REST}}`,
  );
  expect(ids).toEqual(["Once"]);
  expect(told).toEqual([
    ["duplicate-exception", "error", "0.yml:1:19"],
    ["duplicate-exception", "error", "1.yml:1:6"],
  ]);
});

test("tells where exceptions, their conditions and their tests stand, when asked", async () => {
  const test = "{name: n, suppress: true, event: {}}";
  await writeFile(
    join(folder, "a.yml"),
    `id: A\nscope: all\n${REST.replaceAll(", ", "\n").replace("\nCondition", ", Condition").replace("\nValue", ", Value")}\ntests:\n  - ${test}\n  - ${test}\n`,
  );
  const positions: Positions = new WeakMap();
  const { exceptions, diagnostics } = await loadExceptions([folder], { lists: new Map(), rules, positions });
  const [exception] = exceptions;
  const lines = [exception, exception?.condition, ...(exception?.tests ?? [])].map(
    (part) => positions.get(part!)?.line,
  );
  expect(lines).toEqual([1, 3, 7, 8]);
  expect(diagnostics.map(({ severity, line }) => [severity, line])).toEqual([["warning", 8]]);
});

test("the hash follows all that an exception says", async () => {
  const hash = async (text: string) => (await load(text)).exceptions[0]?.hash;
  const first = await hash(`{id: A, scope: all, ${REST}}`);
  expect(await hash(`# moved\n\n{scope: all, ${REST}, id: A}`)).toBe(first);
  expect(await hash(`{id: A, scope: all, expires: 2027-01-01, ${REST}}`)).not.toBe(first);
});
