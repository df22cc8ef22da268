import { judgeFault, statusReason } from "../../../src/output/opensearch/fault.js";

describe("judgeFault", () => {
  const judge = (status: number, type: string, reason = "") => judgeFault(status, { type, reason });

  it.each([
    "mapper_parsing_exception",
    "document_parsing_exception",
    "strict_dynamic_mapping_exception",
    "json_parse_exception",
    "parse_exception",
    "x_content_parse_exception",
  ])("takes %s for the document's fault", (type) => {
    expect(judge(400, type)).toEqual({ kind: "document" });
  });

  it("tells a faulty document from a faulty cluster where the type is the same", () => {
    const document = 'Document contains at least one immense term in field="x"';
    expect(judge(400, "illegal_argument_exception", document)).toEqual({ kind: "document" });
    const id = "Validation Failed: 1: id [x] is too long, must be no longer than 512 bytes but was: 600;";
    expect(judge(400, "action_request_validation_exception", id)).toEqual({ kind: "document" });
    const cluster = "pipeline with id [x] does not exist";
    expect(judge(400, "illegal_argument_exception", cluster)).toEqual({ kind: "retry", reason: "other" });
  });

  it.each([
    [403, "cluster_block_exception", "", "blocked"],
    [429, "cluster_block_exception", "", "blocked"],
    [400, "index_closed_exception", "", "index_closed"],
    [404, "index_not_found_exception", "", "index_missing"],
    [400, "validation_exception", "this action would add [2] total shards", "shard_limit"],
    [429, "rejected_execution_exception", "", "busy"],
    [503, "unavailable_shards_exception", "", "unavailable"],
    [403, "security_exception", "", "forbidden"],
    [400, "a_type_of_tomorrow", "", "other"],
  ] as const)("holds %i %s (%s) as %s", (status, type, reason, expected) => {
    expect(judge(status, type, reason)).toEqual({ kind: "retry", reason: expected });
  });

  it("knows a taken id", () => {
    expect(judge(409, "version_conflict_engine_exception")).toEqual({ kind: "conflict" });
  });
});

describe("statusReason", () => {
  it.each([
    [429, "busy"],
    [502, "unavailable"],
    [401, "forbidden"],
    [404, "other"],
  ] as const)("reads %i as %s", (status, reason) => {
    expect(statusReason(status)).toBe(reason);
  });
});
