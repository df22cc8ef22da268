import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLists } from "../../../src/rules/lists/load-lists.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trailtag-lists-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function load(...files: readonly string[]) {
  await Promise.all(files.map((text, i) => writeFile(join(folder, `${i}.yml`), text)));
  const { lists, diagnostics } = await loadLists([folder]);
  const told = diagnostics.map(({ code, severity, file, line, column }) => [
    code,
    severity,
    `${file.slice(folder.length + 1)}:${line}:${column}`,
  ]);
  return { lists, diagnostics, told, names: [...lists.keys()] };
}

test("a file holds one list, or several under lists", async () => {
  const { lists, diagnostics } = await load(
    "name: build-users\ndescription: Users of the build\nvalues: [ci, deploy-*]\n",
    "lists:\n  - {name: offices, values: [203.0.113.0/24, '2001:db8::/32', 198.51.100.7]}\n  - {name: none, values: []}\n",
  );
  expect(diagnostics).toEqual([]);
  expect([...lists.values()]).toMatchObject([
    {
      name: "build-users",
      description: "Users of the build",
      values: ["ci"],
      patterns: [[{ kind: "text", text: "deploy-" }, { kind: "any" }]],
      ranges: [],
      path: join(folder, "0.yml"),
    },
    { name: "none", description: undefined, values: [], patterns: [], ranges: [] },
    { name: "offices", values: [], ranges: ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7"] },
  ]);
});

test("the hash follows the values, not their order, their file or the description", async () => {
  const hash = async (text: string) => [...(await load(text)).lists.values()][0]?.hash;
  const first = await hash("name: a\nvalues: [x, y*, 10.0.0.1]\n");
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await hash("description: d\nname: a\nvalues: [10.0.0.1, y*, x, x]\n")).toBe(first);
  expect(await hash("name: a\nvalues: [x, y, 10.0.0.1]\n")).not.toBe(first);
  expect(await hash("name: b\nvalues: [x, y*, 10.0.0.1]\n")).not.toBe(first);
});

test("a number that YAML reads as another text must be put in quotes; others stand for themselves", async () => {
  const { names, diagnostics, told } = await load(
    "lists:\n  - name: good\n    values: [111122223333, '012345678901']\n" +
      "  - name: bad\n    values:\n      - 012345678901\n      - 0x1F\n      - 1e3\n      - true\n      - 12345678901234567890\n",
  );
  expect(names).toEqual(["good"]);
  expect(told).toEqual(
    ["6:9", "7:9", "8:9", "9:9", "10:9"].map((at) => ["wrong-type", "error", `0.yml:${at}`]),
  );
  expect(diagnostics[0]).toMatchObject({
    message: "Without quotes, YAML reads 012345678901 as the number 12345678901.",
    hint: 'Put it in quotes: "012345678901".',
  });
});

test("a bad list costs no other, in its file or beside it", async () => {
  const { names, told } = await load(
    "lists:\n" +
      "  - {name: ranges, values: [10.0.0.0/33, 10.0.0.256, 10.0.0/8, '2001:db8::/129', '2001:db8:::1']}\n" +
      "  - {name: keys, vales: [a], values: [b]}\n" +
      "  - {name: bare}\n" +
      "  - {name: 'two words', values: [a]}\n" +
      "  - {name: types, values: [[a], {b: c}, ~, '']}\n" +
      "  - {name: scalar, values: a}\n" +
      "  - just a text\n" +
      "  - {name: fine, values: [a]}\n",
    "name: [\n",
    "",
    "name: beside\nvalues: [b]\n",
    "lists: [{name: alone, values: [c]}]\nname: stray\n",
  );
  expect(names).toEqual(["alone", "beside", "fine"]);
  expect(told).toEqual([
    ...[29, 42, 54, 64, 82].map((column) => ["bad-cidr", "error", `0.yml:2:${column}`]),
    ["unknown-key", "error", "0.yml:3:18"],
    ["missing-key", "error", "0.yml:4:5"],
    ["bad-value", "error", "0.yml:5:12"],
    ["wrong-type", "error", "0.yml:6:28"],
    ["wrong-type", "error", "0.yml:6:33"],
    ["wrong-type", "error", "0.yml:6:41"],
    ["bad-value", "error", "0.yml:6:44"],
    ["wrong-type", "error", "0.yml:7:28"],
    ["wrong-type", "error", "0.yml:8:5"],
    ["yaml-syntax", "error", expect.stringMatching(/^1\.yml:/)],
    ["wrong-type", "error", "2.yml:1:1"],
    ["unknown-key", "error", "4.yml:2:1"],
  ]);
});

test("a misspelt key is told with what was meant", async () => {
  const { diagnostics } = await load("name: keys\nvales: [a]\nvalues: [b]\n");
  expect(diagnostics[0]).toMatchObject({ message: "A list has no key vales.", hint: "Did you mean values?" });
});

test("lists that share a name are all refused, each at its place", async () => {
  const { names, told, diagnostics } = await load(
    "name: twice\nvalues: [a]\n",
    "lists:\n  - {name: once, values: [a]}\n  - {name: twice, values: [b]}\n",
  );
  expect(names).toEqual(["once"]);
  expect(told).toEqual([
    ["duplicate-list", "error", "0.yml:1:7"],
    ["duplicate-list", "error", "1.yml:3:12"],
  ]);
  expect(diagnostics[0]?.message).toContain(join(folder, "1.yml"));
});

test("a value that holds everything is a warning", async () => {
  const { names, told } = await load("name: all\nvalues: [a, '**']\n");
  expect(names).toEqual(["all"]);
  expect(told).toEqual([["catch-all-value", "warning", "0.yml:2:13"]]);
});

test("paths that are missing and aliases without end cost no list", async () => {
  const bomb = [
    "a: &a [x, x]",
    ...Array.from(
      { length: 30 },
      (_, i) =>
        `${"b".repeat(i + 1)}: &${"b".repeat(i + 1)} [*${i === 0 ? "a" : "b".repeat(i)}, *${i === 0 ? "a" : "b".repeat(i)}]`,
    ),
  ].join("\n");
  await writeFile(join(folder, "bomb.yml"), `${bomb}\nlists: *${"b".repeat(30)}\n`);
  await writeFile(join(folder, "good.yaml"), "name: good\nvalues: [a]\n");
  await writeFile(join(folder, "notes.txt"), "no list");
  const { lists, diagnostics } = await loadLists([folder, join(folder, "gone")]);
  expect([...lists.keys()]).toEqual(["good"]);
  expect(diagnostics.map(({ code }) => code)).toContain("path-not-found");
  expect(diagnostics.some(({ file }) => file === join(folder, "bomb.yml"))).toBe(true);
});

test("a file may hold many lists", async () => {
  const lists = Array.from({ length: 12_000 }, (_, i) => `  - {name: n${i}, values: [a]}\n`);
  const { names, diagnostics } = await load(`lists:\n${lists.join("")}`);
  expect(diagnostics).toEqual([]);
  expect(names).toHaveLength(12_000);
});

test("100,000 values load within seconds", async () => {
  const role = "arn:aws:iam::111122223333:role/a-folder/a-role-with-a-longer-name";
  const values = Array.from({ length: 100_000 }, (_, i) => `  - ${role}-${i}\n`);
  await writeFile(join(folder, "long.yml"), `name: long\nvalues:\n${values.join("")}`);
  const started = performance.now();
  const { lists, diagnostics } = await loadLists([folder]);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(diagnostics).toEqual([]);
  expect(lists.get("long")?.values).toHaveLength(100_000);
});

test("several documents are told how to be one", async () => {
  const { diagnostics } = await load("name: a\nvalues: [b]\n---\nname: c\nvalues: [d]\n");
  expect(diagnostics).toMatchObject([
    {
      code: "yaml-syntax",
      line: 4,
      hint: "Put them into one document, as items under `lists:`, or into files of their own.",
    },
  ]);
});
