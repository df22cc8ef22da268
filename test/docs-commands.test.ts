import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createAttack } from "../src/attack/attack.js";
import { packageRoot } from "../src/lib/package-root.js";
import { loadRules } from "../src/rules/load.js";
import { startFilesService, type FilesService } from "./harness/files-service.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "./harness/opensearch.js";
import { describeWith } from "./harness/requirements.js";
import { startService, type TestService } from "./harness/service.js";
import { waitFor } from "./harness/wait-for.js";

const PAGES = [
  "README.md",
  "docs/querying.md",
  "docs/reference/documents.md",
  "docs/reference/http.md",
  "docs/reference/npm-scripts.md",
  "docs/reference/panther.md",
  "docs/writing-rules.md",
] as const;
/** What each of these would do is tested where it is made: they install, stay up, or remove data. */
const NOT_HERE = /^(npm |npx trailtag serve|rm -rf data\/)/;
const TIMEOUT_MS = 60_000;
const run = promisify(execFile);

interface Block {
  readonly page: string;
  readonly text: string;
}

const blocks: readonly Block[] = PAGES.flatMap((page) =>
  [...readFileSync(join(packageRoot, page), "utf8").matchAll(/^```sh\n([^]*?)^```$/gm)].map((match) => ({
    page,
    text: match[1] ?? "",
  })),
);
/** A block is run where its servers are: OpenSearch, the files store, TrailTag alone, or none. */
const of = (kind: "opensearch" | "files" | "service" | "alone"): readonly (readonly [string, Block])[] =>
  blocks
    .filter(({ text }) => !NOT_HERE.test(text) && kind === kindOf(text))
    .map((block) => [`${block.page}: ${block.text.split("\n", 1)[0]?.slice(0, 90)}`, block]);

function kindOf(text: string): string {
  if (text.includes(":9200")) return "opensearch";
  if (text.includes("data/store")) return "files";
  return text.includes(":9280") ? "service" : "alone";
}

/** Runs a block as it stands but for addresses and names; what a person would see on the terminal. */
async function shell(block: Block, names: Readonly<Record<string, string>>): Promise<string> {
  let script = block.text;
  for (const [from, to] of Object.entries(names)) script = script.replaceAll(from, to);
  const { stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", script], { cwd: packageRoot });
  // What lint says when all is well.
  expect(stderr).toMatch(/^(1 rule(, 1 list, 1 exception)?: nothing to say\n)?$/);
  return stdout;
}

/** The commands of a block, told apart by their beginnings. */
const commandsOf = (block: Block): readonly Block[] =>
  block.text
    .split(/\n(?=curl |npx |jq )/)
    .map((text) => ({ page: block.page, text }))
    .filter(({ text }) => text.trim() !== "");

async function ship(url: string): Promise<void> {
  const [block] = of("service").filter(([, { page }]) => page === "README.md");
  const answer = JSON.parse(await shell(block![1], { "http://127.0.0.1:9280": url }));
  expect(answer).toMatchObject({ received: 87, dead_lettered: 0, skipped: 0 });
  expect(answer.stored).toBeGreaterThan(80);
  const other = await fetch(`${url}/v1/events`, { method: "POST", body: '{"message":"hello"}' });
  expect(await other.json()).toMatchObject({ dead_lettered: 1 });
}

describe("the pages", () => {
  it("have commands of each kind, so that none of the suites below is empty", () => {
    const counts = (["opensearch", "files", "service", "alone"] as const).map((kind) => of(kind).length);
    for (const count of counts) expect(count).toBeGreaterThan(1);
    expect(blocks.filter(({ text }) => NOT_HERE.test(text))).toHaveLength(4);
  });

  it("name the bundled rules that are tagged otherwise than declared, and no others", async () => {
    const { rules } = await loadRules([join(packageRoot, "rules")]);
    const attack = createAttack();
    const changed = rules.filter((rule) => attack.resolve(rule.attack).notes.length > 0);
    const page = readFileSync(join(packageRoot, "docs/reference/documents.md"), "utf8");
    const section = page.split("\n## ATT&CK\n")[1]?.split("\n## ")[0] ?? "";
    const named = [...section.matchAll(/AWS\.CloudTrail\.\w+\.\w+/g)].map(([id]) => id);
    expect(named.sort()).toEqual(changed.map((rule) => rule.id).sort());
    expect(section).toContain(`ATT&CK Enterprise ${attack.version};`);
    expect(readFileSync(join(packageRoot, "README.md"), "utf8")).toContain(`ATT&CK ${attack.version}`);
  });
});

describeWith("docs-commands", "commands of the docs", () => {
  const main = { "npx trailtag": `${process.execPath} dist/src/cli/main.js` };

  it.each(of("alone"))(
    "%s",
    async (_, block) => {
      expect(await shell(block, main)).toMatch(
        /1 rule, 2 tests, 2 passed|1 rule, 1 exception, 4 tests, 4 passed|My\.CloudTrail\.Trail\.Deleted|19\.1/,
      );
    },
    TIMEOUT_MS,
  );

  describe("on files", () => {
    let service: FilesService;
    beforeAll(async () => {
      service = await startFilesService();
      await ship(service.url);
    }, TIMEOUT_MS);
    afterAll(() => service.close());

    it.each(of("files"))(
      "%s",
      async (_, block) => {
        const said = await shell(block, { "data/store": service.dir });
        if (block.text.includes("deadletter")) {
          expect(said).toMatch(/^not_cloudtrail: .+\n\{"message":"hello"\}\n$/);
          return;
        }
        const lines = said.trimEnd().split("\n");
        const rules = lines.flatMap((line) => Object.values(JSON.parse(line) as object).flat());
        expect(rules).toContain("AWS.CloudTrail.AdminPolicy.Attached");
      },
      TIMEOUT_MS,
    );

    it.each(of("service"))(
      "%s",
      async (_, block) => {
        const said = await shell(block, { "http://127.0.0.1:9280": service.url });
        expect(said).toMatch(/"received":87|AWS\.CloudTrail\.|"acknowledged":true/);
        expect(said).not.toContain('"error"');
      },
      TIMEOUT_MS,
    );
  });
});

describeWithOpenSearch("queries of the docs", () => {
  describeWith("docs-commands", "on OpenSearch", () => {
    const prefix = testPrefix();
    const { url } = testOpenSearch();
    const names = { "http://127.0.0.1:9200": url, "cloudtrail-": `${prefix}-` };
    let service: TestService;
    beforeAll(async () => {
      const config = { store: { kind: "opensearch" }, opensearch: { node: url, index_prefix: prefix } };
      service = await startService({ config });
      await ship(service.url);
      // A stopped trail and an act of root, which the shipped file has not; the queries ask for them.
      const acts = [
        { eventID: "stopped", eventSource: "cloudtrail.amazonaws.com", eventName: "StopLogging" },
        { eventID: "root", eventSource: "signin.amazonaws.com", eventName: "ConsoleLogin" },
      ].map((act) => ({
        ...act,
        eventTime: "2026-11-02T09:30:00Z",
        userIdentity: { type: "Root", accountId: "111122223333", arn: "arn:aws:iam::111122223333:root" },
        responseElements: { ConsoleLogin: "Success" },
      }));
      await fetch(`${service.url}/v1/events`, { method: "POST", body: JSON.stringify(acts) });
      await waitFor(
        async () => {
          const path = `${prefix}-alerts-*/_count?q=rule.id:AWS.CloudTrail.Trail.Disabled`;
          const dead = `${prefix}-deadletter/_count?ignore_unavailable=true`;
          await fetch(`${url}/${prefix}-*/_refresh`, { method: "POST" });
          const counts = await Promise.all(
            [path, dead].map(async (p) => (await fetch(`${url}/${p}`)).json() as any),
          );
          return counts.every(({ count }) => count > 0);
        },
        { timeout_ms: 30_000, what: "an alert and a dead letter" },
      );
    }, 2 * TIMEOUT_MS);
    afterAll(async () => {
      await service.close();
      await deletePrefix(prefix);
    });

    const commands = of("opensearch").flatMap(([, block]) =>
      commandsOf(block).map(
        (command) => [`${command.page}: ${command.text.slice(0, 140)}`, command] as const,
      ),
    );
    it.each(commands)(
      "%s",
      async (_, command) => {
        const said = await shell(command, names);
        if (command.text.includes("base64")) {
          expect(said).toBe('{"message":"hello"}');
          return;
        }
        const answer = JSON.parse(said);
        expect(answer.error).toBeUndefined();
        expect(answer._shards.failed).toBe(0);
        if (!command.text.includes("_refresh")) expect(answer.hits.total.value).toBeGreaterThan(0);
        const [aggregation] = Object.values<any>(answer.aggregations ?? {});
        if (aggregation !== undefined) expect(aggregation.buckets.length).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );
  });
});
