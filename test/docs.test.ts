import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configKeys } from "../src/config/schema.js";
import { DEAD_REASON_CODES } from "../src/lib/dead-reason.js";
import { API_ERRORS } from "../src/lib/errors.js";
import { LIMITS } from "../src/lib/limits.js";
import { createMetrics } from "../src/telemetry/metrics.js";

const ROOT = join(__dirname, "..");
const doc = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** First cells of the tables' rows, where they are code: what the page claims to list. */
function listed(page: string, heading?: string): string[] {
  const from = heading === undefined ? page : (page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "");
  return [...from.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? "");
}

describe("the reference pages", () => {
  it("config.md lists exactly the keys of the schema", () => {
    expect(listed(doc("docs/reference/config.md")).sort()).toEqual(configKeys().sort());
  });

  it("errors.md lists exactly the HTTP errors, with status and type", () => {
    const page = doc("docs/reference/errors.md");
    expect(listed(page, "Over HTTP").sort()).toEqual(Object.keys(API_ERRORS).sort());
    for (const [code, { status, type }] of Object.entries(API_ERRORS)) {
      expect(page).toContain(`| \`${code}\` | ${status} | \`${type}\` |`);
    }
  });

  it("errors.md lists exactly the reasons of dead letters", () => {
    expect(listed(doc("docs/reference/errors.md"), "Dead letters").sort()).toEqual(
      [...DEAD_REASON_CODES].sort(),
    );
  });

  it("metrics.md lists exactly the limits that are counted", () => {
    expect(listed(doc("docs/reference/metrics.md"), "Limits").sort()).toEqual([...LIMITS].sort());
  });

  it("metrics.md lists exactly our metrics", async () => {
    const { text } = await createMetrics().expose();
    const ours = [...text.matchAll(/^# HELP (trailtag_\w+)/gm)].map((match) => match[1] ?? "");
    const named = listed(doc("docs/reference/metrics.md")).filter((name) => name.startsWith("trailtag_"));
    expect(named.sort()).toEqual(ours.sort());
  });

  it("cli.md has a heading for each command, and the reverse", () => {
    const table = /const COMMANDS[^{]*\{([^]*?)\n\};/.exec(doc("src/cli/main.ts"))?.[1] ?? "";
    const commands = [...table.matchAll(/^ {2}(\w+): \{/gm)].map((match) => match[1] ?? "");
    const headings = [...doc("docs/reference/cli.md").matchAll(/^## (\w+)$/gm)].map(
      (match) => match[1] ?? "",
    );
    expect(commands.length).toBeGreaterThan(3);
    expect(headings.sort()).toEqual(commands.sort());
  });

  it("http.md names each route of ours", () => {
    const sources = ["app.ts", "routes/operations.ts"].map((file) => doc(`src/http/${file}`)).join("\n");
    const routes = [...sources.matchAll(/\.(?:get|post|put)\("(\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(routes.length).toBeGreaterThan(6);
    const page = doc("docs/reference/http.md");
    expect(routes.filter((route) => !page.includes(route))).toEqual([]);
  });

  it("every relative link in the docs leads to a file", () => {
    const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const broken = pages
      .split("\n")
      .filter((page) => page !== "" && existsSync(join(ROOT, page)))
      .flatMap((page) =>
        [...doc(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
          .map((match) => match[1] ?? "")
          .filter((link) => !existsSync(join(ROOT, dirname(page), link)))
          .map((link) => `${page}: ${link}`),
      );
    expect(broken).toEqual([]);
  });

  it("every page under docs/ is linked from somewhere", () => {
    const pages = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((f) =>
      f.endsWith(".md"),
    );
    const all = [...pages.map((page) => `docs/${page}`), "README.md"].map(doc).join("\n");
    expect(pages.filter((page) => !all.includes(page.split("/").at(-1) ?? page))).toEqual([]);
  });
});
