import { filterPath } from "../../src/http/filter-path.js";
import type { JsonObject } from "../../src/lib/json.js";

const REPLY: JsonObject = {
  took: 3,
  errors: true,
  items: [{ create: { status: 201 } }, { index: { status: 400, error: { type: "t", reason: "r" } } }],
};

describe("filterPath", () => {
  it.each([
    ["errors", { errors: true }],
    ["took,errors", { took: 3, errors: true }],
    ["items.*.status", { items: [{ create: { status: 201 } }, { index: { status: 400 } }] }],
    ["items.*.error", { items: [{ index: { error: { type: "t", reason: "r" } } }] }],
    ["items.ind*.err*.type", { items: [{ index: { error: { type: "t" } } }] }],
    ["**.reason", { items: [{ index: { error: { reason: "r" } } }] }],
    ["-items", { took: 3, errors: true }],
    ["items.*.error,-**.reason", { items: [{ index: { error: { type: "t" } } }] }],
    ["nothing.here", {}],
  ])("%s", (filter, expected) => {
    expect(filterPath(REPLY, filter)).toEqual(expected);
  });

  it("keeps the order of keys, which out_opensearch depends on", () => {
    expect(Object.keys(filterPath(REPLY, "items,took,errors"))).toEqual(["took", "errors", "items"]);
  });
});
