import { MAX_TOLD, toRefusals } from "../../src/cli/refusals.js";
import type { Diagnostic } from "../../src/lib/diagnostics.js";

const error = (file: string, code = "unknown-key", line = 1): Diagnostic => {
  return { code, severity: "error", file, line, column: 1, message: "It is wrong." };
};

it("tells the first error of each file, so that a file of many hides no other", () => {
  const many = Array.from({ length: 50 }, (_, i) => error("many.yml", "unknown-key", i + 1));
  const { told, untold } = toRefusals([...many, error("one.yml")]);
  expect(told).toEqual([error("many.yml"), error("one.yml")]);
  expect(untold).toBe(49);
});

it("counts kinds of rules that do not run here, and what is over the limit", () => {
  const python = Array.from({ length: 100 }, (_, i) => error(`${i}.yml`, "python-rule"));
  const slips = Array.from({ length: MAX_TOLD + 3 }, (_, i) => error(`mine-${i}.yml`));
  const { told, unsupported, untold } = toRefusals([...python, ...slips]);
  expect([told.length, unsupported, untold]).toEqual([MAX_TOLD, 100, 3]);
  expect(toRefusals([])).toEqual({ told: [], unsupported: 0, untold: 0 });
});
