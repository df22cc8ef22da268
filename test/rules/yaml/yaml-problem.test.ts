import { explainYaml } from "../../../src/rules/yaml/yaml-problem.js";

describe("explainYaml", () => {
  it("cuts off the position, which is told beside the message", () => {
    const said = "Unexpected scalar at node end at line 3, column 1:\n\na b\n^\n";
    expect(explainYaml("UNEXPECTED_TOKEN", said)).toEqual({ message: "Unexpected scalar at node end" });
  });
});
