import { readFileSync } from "node:fs";
import { TEST_KEYS } from "../../src/rules/tests-file.js";

const page = readFileSync("docs/writing-rules.md", "utf8");

describe("docs/writing-rules.md", () => {
  const files = [...page.matchAll(/<!-- file: (\S+) -->\n\n```\w+\n([^]*?)```/g)];

  it("shows the files of examples/rules as they are", () => {
    expect(files).toHaveLength(8);
    for (const [, path = "", text = ""] of files) expect(text).toBe(readFileSync(path, "utf8"));
  });

  it("lists the keys of a test, all and no others", () => {
    const table = page.split("\n## Files of tests\n")[1]!.split("\n## ")[0]!;
    const keys = [...table.matchAll(/^\| `(\w+)` +\|/gm)].map((match) => match[1]);
    expect(keys).toEqual([...TEST_KEYS]);
  });
});
