import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../src/lib/package-root.js";
import { CHECKS } from "../../../src/pipeline/doctor/checks.js";

describe("docs/reference/doctor.md", () => {
  it("has a heading for each check, in their order, and the reverse", () => {
    const page = readFileSync(join(packageRoot, "docs/reference/doctor.md"), "utf8");
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(Object.keys(CHECKS));
  });

  it("has a check for each file, and the reverse", () => {
    const files = readdirSync(join(packageRoot, "src/pipeline/doctor/checks"));
    expect(files.sort()).toEqual(
      Object.keys(CHECKS)
        .map((check) => `${check}.ts`)
        .sort(),
    );
  });
});
