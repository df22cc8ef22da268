import { holds, load, loadRule, matches, problems, ruleText } from "../make.js";

const of = (query: string) => loadRule(ruleText({ query }));
const condition = (query: string) => of(query).program.condition;

describe("KQL over the types of fields", () => {
  it("makes the plainest test of a wildcard", () => {
    const test = (query: string) => (condition(query) as { test?: { kind: string } }).test?.kind;
    expect(test("event.action: a*")).toBe("starts_with");
    expect(test("event.action: *a")).toBe("ends_with");
    expect(test("event.action: *a*")).toBe("contains");
    expect(test("event.action: a*b")).toBe("wildcard");
    expect(test("event.action: a")).toBe("equals");
  });

  it("makes one look-up of what one field must equal", () => {
    expect(condition('event.action: (a or "b" or a or c)')).toMatchObject({
      kind: "predicate",
      test: { kind: "in", values: ["a", "b", "c"] },
      reading: "any_scalar",
    });
    expect(
      condition("event.action: a or cloud.region: x or (event.action: b or event.action: c*)"),
    ).toMatchObject({
      kind: "any",
      terms: [
        { test: { kind: "in", values: ["a", "b"] } },
        { test: { kind: "equals", value: "x" } },
        { test: { kind: "starts_with", value: "c" } },
      ],
    });
  });

  it("takes any element of a list, and texts of scalars", () => {
    const query = "aws.cloudtrail.flattened.request_parameters.ids: b*";
    expect(matches(query, { requestParameters: { ids: ["a", "bc"] } })).toBe(true);
    expect(matches(query, { requestParameters: { ids: [["a"], ["c"]] } })).toBe(false);
    expect(matches("aws.cloudtrail.read_only: true", { readOnly: true })).toBe(true);
    expect(matches('aws.cloudtrail.read_only: "true"', { readOnly: true })).toBe(true);
    expect(matches("aws.cloudtrail.read_only: false", { readOnly: true })).toBe(false);
    expect(
      matches("aws.cloudtrail.flattened.request_parameters.port: (22 or 3389)", {
        requestParameters: { port: 22 },
      }),
    ).toBe(true);
    expect(
      matches("aws.cloudtrail.flattened.request_parameters.omitted : true", {
        requestParameters: { omitted: true },
      }),
    ).toBe(true);
  });

  it.each([
    ["missing", {}, false],
    ["null", { errorCode: null }, false],
    ["empty", { errorCode: "" }, false],
    ["a text", { errorCode: "AccessDenied" }, true],
    ["an empty list", { errorCode: [] }, false],
  ])("says whether a field has a value: %s", (_, record, expected) => {
    expect(matches("aws.cloudtrail.error_code: *", record)).toBe(expected);
    expect(matches("not aws.cloudtrail.error_code: *", record)).toBe(!expected);
    expect(matches("aws.cloudtrail.error_code: null", record)).toBe(!expected);
  });

  it("holds for a missing field where the value is ruled out", () => {
    expect(matches("not aws.cloudtrail.error_code: AccessDenied", {})).toBe(true);
    expect(matches("aws.cloudtrail.error_code: (not AccessDenied)", {})).toBe(true);
  });

  it("compares numbers as numbers, texts as texts", () => {
    const port = (value: number | string) => ({ requestParameters: { port: value } });
    const query = (sign: string) => `aws.cloudtrail.flattened.request_parameters.port ${sign} 100`;
    expect(matches(query(">"), port(99))).toBe(false);
    expect(matches(query(">"), port("1000"))).toBe(true);
    expect(matches(query(">="), port(100))).toBe(true);
    expect(matches(query("<"), port(100))).toBe(false);
    expect(matches(query("<="), port(100))).toBe(true);
    expect(matches(query("<"), port("text"))).toBe(false);
    expect(matches("cloud.region >= eu", { awsRegion: "us-east-1" })).toBe(true);
    expect(matches('cloud.region<"eu"', { awsRegion: "us-east-1" })).toBe(false);
  });

  it.each([
    ['@timestamp > "2026-01-31"', false],
    ['@timestamp >= "2026-01-31"', true],
    ['@timestamp < "2026-01-31"', false],
    ['@timestamp <= "2026-01-31"', true],
    ['@timestamp >= "2026-01-31T12:00:00Z"', true],
    ['@timestamp > "2026-01-31T12:00:00Z"', false],
    ['@timestamp > "2026-01-31T11:59"', true],
    ['@timestamp: "2026-01-31"', true],
    ['@timestamp: "2026-01-30"', false],
  ])("compares times: %s → %s", (query, expected) => {
    expect(matches(query, { eventTime: "2026-01-31T12:00:00Z" })).toBe(expected);
    expect(matches(query, { eventTime: "2026-01-31T12:00:00.000Z" })).toBe(expected);
  });

  it("takes addresses and ranges of them", () => {
    const from = (address: string) => ({ sourceIPAddress: address });
    expect(matches('source.ip: "10.0.0.0/8"', from("10.1.2.3"))).toBe(true);
    expect(matches("source.ip: (10.0.0.0/8 or 192.168.0.0/16)", from("11.1.2.3"))).toBe(false);
    expect(matches("source.ip: 10.1.2.3", from("10.1.2.3"))).toBe(true);
    expect(matches("source.ip: 2001\\:db8\\:\\:/32", from("2001:db8::1"))).toBe(true);
    expect(matches("source.ip: *", from("ec2.amazonaws.com"))).toBe(false);
    expect(matches("source.ip: 10.*", from("10.1.2.3"))).toBe(true);
    expect(matches("source.address: 10.1.2.3", from("10.1.2.3"))).toBe(true);
  });

  it("finds words in analysed text, whatever their case", () => {
    const record = { userAgent: "aws-cli/2.1 Python/3.11 command/s3.ls" };
    const text = (value: string) => matches(`user_agent.original.text: ${value}`, record);
    expect(text('"PYTHON"')).toBe(true);
    expect(text('"python 3"')).toBe(true);
    expect(text('"3 python"')).toBe(false);
    expect(text("pyth")).toBe(false);
    expect(text("pyth*")).toBe(true);
    expect(text("ruby python")).toBe(true);
    expect(text("*")).toBe(true);
    expect(matches("user_agent.original: *PYTHON*", record)).toBe(false);
  });

  it("searches everywhere for a value without a field", () => {
    const record = { eventName: "GetObject", requestParameters: { tags: [{ key: "team-a" }], n: 7 } };
    expect(matches("team-a", record)).toBe(true);
    expect(matches('"team-a" and not team-b', record)).toBe(true);
    expect(matches("team*", record)).toBe(true);
    expect(matches("team", record)).toBe(false);
    expect(matches("7", record)).toBe(true);
    expect(matches("*: team-a", record)).toBe(true);
    expect(matches("requestParameters", record)).toBe(false);
  });

  it("puts a value to all fields that a pattern of names stands for", () => {
    const record = {
      userIdentity: { type: "Root", arn: "arn:aws:iam::1:root" },
      requestParameters: { a: { b: "deep" } },
    };
    expect(matches("aws.cloudtrail.user_identity.*: Root", record)).toBe(true);
    expect(matches("aws.cloudtrail.*.type: Root", record)).toBe(true);
    expect(matches("aws.cloudtrail.user_identity.a*: Root", record)).toBe(false);
    expect(matches("aws.cloudtrail.flattened.request_parameters.*: deep", record)).toBe(true);
    expect(matches("aws.cloudtrail.flattened.request_parameters: deep", record)).toBe(true);
    expect(matches("aws.cloudtrail.user_identity.*: *", {})).toBe(false);
    expect(problems(ruleText({ query: "process.*: x" }))).toEqual(["16:1 warning unknown-field"]);
  });

  it("wants all of `{ }` from one object of a list", () => {
    const query =
      'aws.cloudtrail.resources: { type: "AWS::S3::Object" and arn: *secret* and not account_id: 1 }';
    const resource = (type: string, ARN: string, accountId = "2") => ({ type, ARN, accountId });
    const record = (...resources: ReturnType<typeof resource>[]) => ({ resources });
    expect(
      matches(query, record(resource("AWS::S3::Bucket", "a"), resource("AWS::S3::Object", "b/secret"))),
    ).toBe(true);
    expect(
      matches(query, record(resource("AWS::S3::Bucket", "b/secret"), resource("AWS::S3::Object", "a"))),
    ).toBe(false);
    expect(matches(query, record(resource("AWS::S3::Object", "b/secret", "1")))).toBe(false);
    expect(matches(query, { resources: { type: "AWS::S3::Object", arn: "b/secret" } })).toBe(true);
    expect(matches(query, {})).toBe(false);
  });

  it("looks into `{ }` below the request parameters, and at single objects", () => {
    const query =
      "aws.cloudtrail.flattened.request_parameters.ipPermissions.items: { fromPort: 22 and ipRanges.items.cidrIp: 0.0.0.0/0 }";
    const open = { fromPort: 22, ipRanges: { items: [{ cidrIp: "10.0.0.0/8" }, { cidrIp: "0.0.0.0/0" }] } };
    const inside = { fromPort: 80, ipRanges: { items: [{ cidrIp: "0.0.0.0/0" }] } };
    const record = (items: object) => ({ requestParameters: { ipPermissions: { items } } }) as never;
    expect(matches(query, record([inside, open]))).toBe(true);
    expect(matches(query, record([inside, { fromPort: 22 }]))).toBe(false);
    expect(matches(query, record(open))).toBe(true);
    expect(
      matches("user: { name: alice and target: { name: bob } }", {
        userIdentity: { userName: "alice" },
        requestParameters: { userName: "bob" },
      }),
    ).toBe(true);
  });

  it.each([
    ['source.ip: "10.0.0.0/99"', "bad-cidr"],
    ["source.ip: host", "bad-cidr"],
    ["source.ip > 10.0.0.1", "unsupported-query"],
    ["@timestamp >= now-1d", "unsupported-query"],
    ["@timestamp: 2026*", "unsupported-query"],
    ["aws.cloudtrail.read_only > 1", "unsupported-query"],
    ["event.action > a*", "bad-query"],
    ["aws.cloudtrail.resources: { secret }", "unsupported-query"],
  ])("refuses %s", (query, code) => {
    const { rules, diagnostics } = load(ruleText({ query }));
    expect(rules).toEqual([]);
    expect(diagnostics.map((d) => d.code)).toEqual([code]);
    if (code === "unsupported-query") expect(diagnostics[0]!.message).toContain("11111111-2222-3333");
  });

  it("says once that a field is unknown, what was meant, and takes it as missing", () => {
    const { rules, diagnostics } = load(
      ruleText({ query: "event.acton: a or\nevent.acton: b or not eventName: c" }),
    );
    expect(diagnostics.map((d) => [d.line, d.column, d.severity, d.code, d.hint])).toEqual([
      [16, 1, "warning", "unknown-field", "Did you mean event.action?"],
      [17, 23, "warning", "unknown-field", "Did you mean event.action?"],
    ]);
    expect(holds(rules[0]!, { eventName: "a", "event.acton": "a", event: { acton: "a" } })).toBe(true);
    expect(matches("event.action: a", { eventName: "a" })).toBe(true);
  });

  it("says that a field is never set here", () => {
    const { rules, diagnostics } = load(ruleText({ query: "source.as.organization.name: X" }));
    expect(diagnostics).toEqual([expect.objectContaining({ severity: "warning", code: "absent-field" })]);
    expect(holds(rules[0]!, { source: { as: { organization: { name: "X" } } } })).toBe(false);
  });

  it("notes where the parts of a condition stand", () => {
    const positions = new WeakMap();
    const { rules } = load(ruleText({ query: "event.action: a and\n  cloud.region: (b* or c)" }), {
      positions,
    });
    const { condition } = rules[0]!.program;
    if (condition.kind !== "all") throw new Error("expected both");
    const places = [condition, ...condition.terms].map((term) => positions.get(term));
    expect(places).toEqual([
      { line: 16, column: 1 },
      { line: 16, column: 15 },
      { line: 17, column: 18 },
    ]);
    expect(positions.get(rules[0]!)).toEqual({ line: 5, column: 1 });
  });
});
