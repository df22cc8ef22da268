import { toTemplateDifference } from "../../../src/pipeline/doctor/template-difference.js";

describe("toTemplateDifference", () => {
  const shipped = {
    index_patterns: ["a-*"],
    priority: 1000,
    template: {
      settings: { index: { number_of_shards: 1, "mapping.total_fields.limit": 2000 }, codec: "default" },
      mappings: { dynamic: false, properties: { a: { type: "keyword" } } },
    },
  };
  const stored = {
    index_patterns: ["a-*"],
    priority: 1000,
    composed_of: [],
    template: {
      settings: {
        index: { number_of_shards: "1", codec: "default", mapping: { total_fields: { limit: "2000" } } },
      },
      mappings: { dynamic: false, properties: { a: { type: "keyword" } } },
      aliases: {},
    },
  };

  it("takes what OpenSearch makes of a template for the same", () => {
    expect(toTemplateDifference(shipped, stored)).toBeUndefined();
  });

  it.each([
    [{ ...stored, priority: 500 }, "priority", "1000", "500"],
    [{ ...stored, composed_of: ["x"] }, "composed_of", undefined, '["x"]'],
    [{ ...stored, index_patterns: ["b-*"] }, "index_patterns", '["a-*"]', '["b-*"]'],
    [
      { ...stored, template: { settings: stored.template.settings } },
      "template.mappings.dynamic",
      "false",
      undefined,
    ],
  ])("names the first path that differs: %#", (installed, path, ours, theirs) => {
    expect(toTemplateDifference(shipped, installed)).toEqual({ path, shipped: ours, found: theirs });
  });
});
