import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";
import { SHAPES } from "../e2e/replay/shapes.js";

const page = readFileSync(join(packageRoot, "docs/reliability.md"), "utf8");

describe("docs/reliability.md", () => {
  it("names every suite of faults, and no other", () => {
    const suites = readdirSync(__dirname).filter((name) => name.endsWith(".test.ts"));
    const named = [...page.matchAll(/^\| `([a-z-]+\.test\.ts)` \|/gm)].map((match) => match[1]);
    const own = ["harness.test.ts", "reliability-page.test.ts"];
    expect([...new Set(named)].sort()).toEqual(suites.filter((name) => !own.includes(name)).sort());
  });

  it("says of every shipper that is replayed what it loses", () => {
    const table = page.split("## What shippers lose\n")[1]!.split("\n## ")[0]!;
    const rows = [...table.matchAll(/^\| ([^|]+) \| 0 \/ 0 \| 0 \/ 0 \| 0 \/ 0 \|$/gm)].map(
      (match) => match[1],
    );
    const real = rows.filter((name) => name!.endsWith("(the real one)"));
    expect(real).toHaveLength(2);
    expect(rows.filter((name) => !real.includes(name))).toEqual(SHAPES.map(({ name }) => name));
  });
});
