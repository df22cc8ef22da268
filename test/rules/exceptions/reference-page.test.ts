import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCondition } from "../../../src/match/compile-condition.js";
import { EXCEPTION_TEST_KEYS } from "../../../src/rules/exceptions/exception-tests.js";
import { loadExceptions } from "../../../src/rules/exceptions/load-exceptions.js";
import { EXCEPTION_KEYS } from "../../../src/rules/exceptions/read-exceptions.js";
import { runExceptionTests } from "../../../src/rules/exceptions/run-exception-tests.js";
import { SCOPE_KEYS } from "../../../src/rules/exceptions/scope.js";
import { parseListValue } from "../../../src/rules/lists/list-value.js";
import { loadLists } from "../../../src/rules/lists/load-lists.js";
import { LIST_KEYS } from "../../../src/rules/lists/read-lists.js";
import { ruleOf } from "../../enrich/make.js";

const page = readFileSync("docs/reference/exceptions.md", "utf8");

/** Rows of the table with this heading row: the words in code of the first column, and the second column. */
function table(head: string): [string[], string][] {
  const rows = page.split(`\n${head}\n`)[1]?.split("\n\n")[0]?.split("\n").slice(1) ?? [];
  return rows.map((row) => {
    const [, first = "", second = ""] = row.split("|");
    return [[...first.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""), second.trim()];
  });
}

const keysIn = (head: string) => table(head).map(([[key], required]) => [key, required]);
const keysOf = (keys: ReadonlyMap<string, string>) =>
  [...keys].map(([key, need]) => [key, need === "required" ? "yes" : "no"]);

test("lists the keys of a list, of an exception and of its tests, all and no others", () => {
  const [lists, exceptions] = page.split("\n## Exceptions\n").map((part) => part);
  expect(lists).toContain("| `values` |");
  expect(exceptions).toContain("| `scope` |");
  expect(keysIn("| key of a test | required | meaning |")).toEqual(keysOf(EXCEPTION_TEST_KEYS));
  const tables = page.split("\n| key | required | meaning |\n").slice(1);
  const keys = tables.map((text) =>
    [...(text.split("\n\n")[0] ?? "").matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(([, key, need]) => [
      key,
      need,
    ]),
  );
  expect(keys).toEqual([keysOf(LIST_KEYS), keysOf(EXCEPTION_KEYS)]);
});

test("lists the scopes, all and no others", () => {
  expect(table("| scope | the exception is for |").map(([[key]]) => key)).toEqual([...SCOPE_KEYS, "all"]);
});

test("shows values as they are read", () => {
  const shown = table("| value | holds |").map(([values]) =>
    values.map((value) => parseListValue(value).kind),
  );
  expect(shown).toEqual([
    ["value"],
    ["pattern", "pattern"],
    ["value", "value", "value"],
    ["range", "range"],
    ["range", "range"],
  ]);
});

test("has examples that load, and an exception that passes its own tests", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trailtag-page-"));
  try {
    const [list = "", exception = ""] = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(
      (match) => match[1] ?? "",
    );
    writeFileSync(join(folder, "list.yml"), list);
    writeFileSync(join(folder, "exception.yml"), exception);
    const { lists, diagnostics } = await loadLists([join(folder, "list.yml")]);
    expect([diagnostics, [...lists.keys()]]).toEqual([[], ["deploy-roles"]]);
    const rules = [ruleOf({ id: "AWS.CloudTrail.Snapshot.SharedPublicly" })];
    const now = Date.parse("2026-11-01T00:00:00Z");
    const read = await loadExceptions([join(folder, "exception.yml")], { lists, rules, now });
    expect(read.diagnostics).toEqual([]);
    const results = runExceptionTests(read.exceptions, (condition) => compileCondition(condition, lists));
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
