import { readFileSync } from "node:fs";
import { RULE_DIAGNOSTICS } from "../../../src/rules/diagnostic-codes.js";

const page = readFileSync("docs/reference/lint.md", "utf8");
const rows = [...page.matchAll(/^\| `([^`]+)`\s*\|([^|]+)\|(.+)\|$/gm)].map(
  ([, code, severity, meaning]) => ({
    code: code!,
    severities: severity!.trim().split(", "),
    meaning: meaning!.trim(),
  }),
);

describe("docs/reference/lint.md", () => {
  it("lists every code, all and no others, with its meaning", () => {
    expect(Object.fromEntries(rows.map(({ code, meaning }) => [code, meaning]))).toEqual(RULE_DIAGNOSTICS);
    expect(rows).toHaveLength(Object.keys(RULE_DIAGNOSTICS).length);
  });

  it("gives each code a severity", () => {
    const known = rows.filter(({ severities }) =>
      severities.every((severity) => ["error", "warning", "info"].includes(severity)),
    );
    expect(known).toEqual(rows);
  });
});
