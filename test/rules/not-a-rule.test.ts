import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLists } from "../../src/rules/lists/load-lists.js";
import { loadRules, type LoadOptions } from "../../src/rules/load.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trailtag-no-rules-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(file: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, file);
  await writeFile(path, content);
  return path;
}

async function diagnosticsOf(file: string, content: string | Uint8Array, options?: LoadOptions) {
  await write(file, content);
  const { rules, diagnostics } = await loadRules([folder], options);
  expect(rules).toEqual([]);
  return diagnostics;
}

const PANTHER = "AnalysisType: rule\nRuleID: My.Rule\nLogTypes: [AWS.CloudTrail]\n";
const SIGMA =
  "title: T\nlogsource: {service: cloudtrail}\ndetection: {a: {b: c}, condition: a}\nlevel: low\n";
const asItem = (text: string) => `- ${text.trim().replaceAll("\n", "\n  ")}\n`;

describe("a file of a folder that is nearly a rule", () => {
  it.each([
    ["panther.yml", asItem(PANTHER), "a list of Panther rules", "file of its own"],
    ["sigma.yml", `# ours\n---\n\n${asItem(SIGMA)}${asItem(SIGMA)}`, "a list of Sigma rules", "`---`"],
    ["rules.toml", '[rules]\nrule_id = "a"\n', "no [rule]", "Did you mean [rule] by [rules]?"],
    ["big.toml", '[Rule]\nname = "a"\n', "no [rule]", "Did you mean [rule] by [Rule]?"],
    ["bare.toml", 'rule_id = "a"\nname = "b"\n', "no [rule]", "Put the rule's keys under `[rule]`."],
  ])("is refused: %s", async (file, text, message, hint) => {
    const diagnostics = await diagnosticsOf(file, text);
    expect(diagnostics).toEqual([
      expect.objectContaining({ code: "not-a-rule", severity: "error", file: join(folder, file) }),
    ]);
    expect(diagnostics[0]?.message).toContain(message);
    expect(diagnostics[0]?.hint).toContain(hint);
  });

  it.each(["detection:", "logsource:"])("is read as Sigma with a key misspelt: %s", async (key) => {
    const misspelt = key.charAt(0).toUpperCase() + key.slice(1);
    const diagnostics = await diagnosticsOf("a.yml", SIGMA.replace(key, misspelt));
    expect(diagnostics.map(({ code, hint }) => [code, hint])).toContainEqual([
      "unknown-key",
      `Did you mean ${key.slice(0, -1)}?`,
    ]);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toContainEqual([
      "missing-key",
      "error",
    ]);
  });

  it.each([
    ["tasks.yml", "- hosts: all\n  tasks: []\n"],
    ["pyproject.toml", "[roles]\nname = 'x'\n"],
    ["chart.yml", "name: chart\nvalues: [a]\nversion: 1\n"],
    ["empty.yml", ""],
    ["mapping.yml", "title: T\nlogsources:\n  a: {product: aws}\n"],
  ])("is passed over when it is none: %s", async (file, text) => {
    expect(await diagnosticsOf(file, text)).toMatchObject([{ code: "not-a-rule", severity: "info" }]);
  });
});

const LISTS = [
  "name: build-users\nvalues: [ci]\n",
  "lists:\n  - name: a\n    values: [b]\n",
  "lists: [{name: a, description: b, values: [c]}]\n".replace(": [{", ":\n  - {").replace("]}]", "]}"),
];
const EXCEPTIONS = [
  "id: a\nscope: {rules: [b]}\ncondition: {}\nowner: c\nreason: d\n",
  "exceptions:\n  - id: a\n    scope: {rules: [b]}\n",
];
const ALL = [
  ...LISTS.map((text) => ["lists", text] as const),
  ...EXCEPTIONS.map((text) => ["exceptions", text] as const),
];

describe("a file of lists or exceptions among rules", () => {
  it.each(ALL)("is told where to name it: %s in %j", async (plural, text) => {
    const expected = {
      code: "not-a-rule",
      severity: "warning",
      message: `The file holds ${plural} and no rules.`,
      hint: `Name it under \`${plural}.paths\` of the configuration.`,
    };
    expect(await diagnosticsOf("a.yml", text)).toMatchObject([expected]);
    expect((await loadRules([join(folder, "a.yml")])).diagnostics).toMatchObject([expected]);
  });

  it.each(ALL)("is passed over where it is named: %s in %j", async (_, text) => {
    for (const definitions of [[folder], [join(folder, "a.yml")]])
      expect(await diagnosticsOf("a.yml", text, { definitions })).toMatchObject([
        { code: "not-a-rule", severity: "info" },
      ]);
    expect(await diagnosticsOf("a.yml", text, { definitions: [join(folder, "a")] })).toMatchObject([
      { severity: "warning" },
    ]);
  });
});

describe("a file that is not UTF-8", () => {
  const latin = (text: string) => Buffer.from(text, "latin1");
  const FILES: readonly (readonly [string, Uint8Array, number, number])[] = [
    ["Latin-1", latin("name: a\nvalues:\n  - b\n  - J\u00e9r\u00f4me\n"), 4, 6],
    ["Latin-1 at the end of a line", latin("name: caf\u00e9"), 1, 10],
    [
      "Latin-1 behind a replacement character",
      Buffer.concat([Buffer.from("a: \ufffd"), latin("\u00e9")]),
      1,
      5,
    ],
    ["UTF-16", Buffer.from("\ufeffname: a\n", "utf16le"), 1, 1],
    ["UTF-16 without a mark", Buffer.from("name: a\n", "utf16le"), 1, 2],
    ["with NUL", Buffer.from("name: a\nvalues: [\0]\n"), 2, 10],
    ["binary", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff, 0), 1, 5],
  ];

  it.each(FILES)("is refused where it is not, as a rule and as lists: %s", async (_, bytes, line, column) => {
    const file = join(folder, "a.yml");
    const expected = { code: "not-utf8", severity: "error", file, line, column, hint: "Save it as UTF-8." };
    expect(await diagnosticsOf("a.yml", bytes)).toMatchObject([expected]);
    expect((await loadLists([folder])).diagnostics).toMatchObject([expected]);
  });

  it("is refused as tests too", async () => {
    await write("a.yml", SIGMA.replace("level", "id: 11111111-2222-4333-8444-555555555555\nlevel"));
    const file = await write("a.tests.yml", latin("tests:\n  - {name: caf\u00e9}\n"));
    const { rules, diagnostics } = await loadRules([folder]);
    expect(rules).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ code: "not-utf8", file, line: 2, column: 15 }]);
  });

  it("is fine with a byte order mark, at the places that an editor shows", async () => {
    expect(await diagnosticsOf("a.yml", "\ufeffAnalysisType: rules\n")).toMatchObject([
      { code: "unsupported-analysis-type", line: 1, column: 15 },
    ]);
  });
});
