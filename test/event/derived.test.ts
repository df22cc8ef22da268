import { readDerivedField, type DerivedField } from "../../src/event/derived.js";
import { rememberLast } from "../../src/event/last-record.js";
import type { JsonObject } from "../../src/lib/json.js";

const read = (name: DerivedField, record: JsonObject) => readDerivedField(name, record);

describe("derived fields", () => {
  it.each<[string, JsonObject, string]>([
    ["a call", { eventName: "GetUser" }, "success"],
    ["an error code", { eventName: "GetUser", errorCode: "AccessDenied" }, "failure"],
    ["an error message", { eventName: "ConsoleLogin", errorMessage: "Failed authentication" }, "failure"],
    [
      "a refused sign-in",
      { eventName: "ConsoleLogin", responseElements: { ConsoleLogin: "Failure" } },
      "failure",
    ],
    ["a sign-in", { eventName: "ConsoleLogin", responseElements: { ConsoleLogin: "Success" } }, "success"],
    ["null for no error", { eventName: "GetUser", errorCode: null }, "success"],
  ])("tells the outcome of %s", (_, record, outcome) => {
    expect(read("event.outcome", record)).toBe(outcome);
  });

  it("says what is the same for all CloudTrail events", () => {
    const names = [
      "event.dataset",
      "event.module",
      "event.kind",
      "data_stream.dataset",
      "cloud.provider",
    ] as const;
    expect(names.map((name) => read(name, {}))).toEqual([
      "aws.cloudtrail",
      "aws",
      "event",
      "aws.cloudtrail",
      "aws",
    ]);
  });

  it.each([
    ["ConsoleLogin", ["authentication"], ["info"]],
    ["CreateUser", ["iam"], ["user", "creation"]],
    ["DetachGroupPolicy", ["iam"], ["group", "change"]],
    ["DeleteBucket", ["file"], ["deletion"]],
    ["ListGroupsForUser", ["iam"], ["user", "info"]],
    ["ListAttachedUserPolicies", ["iam"], ["user", "info"]],
    ["AttachRolePolicy", ["iam"], ["info"]],
    ["PutObject", ["file"], ["info"]],
    ["GetObject", [], ["info"]],
    ["constructor", [], ["info"]],
  ])("categorises %s", (eventName, category, type) => {
    expect(read("event.category", { eventName })).toEqual(category);
    expect(read("event.type", { eventName })).toEqual(type);
  });

  it("names the user, else the role or user whose session it is", () => {
    const issuer = { sessionContext: { sessionIssuer: { userName: "Deployer" } } };
    expect(read("user.name", { userIdentity: { userName: "alice", ...issuer } })).toBe("alice");
    expect(read("user.name", { userIdentity: issuer })).toBe("Deployer");
    expect(read("user.name", { userIdentity: { type: "Root" } })).toBeUndefined();
    expect(read("user.name", { userIdentity: "alice" })).toBeUndefined();
  });

  it("takes an address for one only where it is", () => {
    expect(read("source.ip", { sourceIPAddress: "198.51.100.7" })).toBe("198.51.100.7");
    expect(read("source.ip", { sourceIPAddress: "2001:db8::7" })).toBe("2001:db8::7");
    expect(read("source.ip", { sourceIPAddress: "ec2.amazonaws.com" })).toBeUndefined();
    expect(read("source.ip", { sourceIPAddress: "AWS Internal" })).toBeUndefined();
  });

  it("prints parts of the record as Java maps", () => {
    const record = { requestParameters: { policy: { a: [1, true] }, x: null }, responseElements: null };
    expect(read("aws.cloudtrail.request_parameters", record)).toBe("{policy={a=[1, true]}}");
    expect(read("aws.cloudtrail.response_elements", record)).toBeUndefined();
    expect(read("aws.cloudtrail.additional_eventdata", { additionalEventData: "plain" })).toBe("plain");
    expect(read("aws.cloudtrail.service_event_details", {})).toBeUndefined();
  });

  it("gives the values inside a flattened part", () => {
    const record = { requestParameters: { a: ["x", { b: 1, c: null }], d: { e: "", f: false } } };
    expect(read("aws.cloudtrail.flattened.request_parameters", record)).toEqual(["x", 1, false]);
    expect(read("aws.cloudtrail.flattened.response_elements", record)).toBeUndefined();
  });

  it("tells how somebody signed in, of sign-ins only", () => {
    const login = (data: JsonObject) => ({ eventName: "ConsoleLogin", additionalEventData: data });
    const mfa = "aws.cloudtrail.console_login.additional_eventdata.mfa_used";
    expect(read(mfa, login({ MFAUsed: "Yes" }))).toBe(true);
    expect(read(mfa, login({ MFAUsed: "No" }))).toBe(false);
    expect(read(mfa, login({}))).toBeUndefined();
    expect(read(mfa, { ...login({ MFAUsed: "No" }), eventName: "GetUser" })).toBeUndefined();
    expect(
      read("aws.cloudtrail.console_login.additional_eventdata.login_to", login({ LoginTo: "https://x" })),
    ).toBe("https://x");
  });

  it("takes TLS versions apart", () => {
    const record = { tlsDetails: { tlsVersion: "TLSv1.3" } };
    expect(read("tls.version", record)).toBe("1.3");
    expect(read("tls.version_protocol", record)).toBe("tls");
    expect(read("tls.version", { tlsDetails: "x" })).toBeUndefined();
  });

  it("gathers who and what is named", () => {
    const record: JsonObject = {
      userIdentity: {
        type: "IAMUser",
        userName: "alice",
        principalId: "AIDA1",
        arn: "arn:aws:iam::123456789012:user/alice",
      },
      sourceIPAddress: "198.51.100.7",
      requestParameters: {
        userName: "bob",
        newUserName: "carol",
        policyArn: "arn:aws:iam::aws:policy/X",
        n: 1,
      },
      resources: [{ ARN: "arn:aws:s3:::bucket" }, { arn: "arn:aws:s3:::other" }, "x"],
    };
    expect(read("related.ip", record)).toEqual(["198.51.100.7"]);
    expect(read("related.user", record)).toEqual(expect.arrayContaining(["alice", "bob", "carol"]));
    expect(read("entity.target.id", record)).toEqual([
      "bob",
      "arn:aws:iam::aws:policy/X",
      "arn:aws:s3:::bucket",
      "arn:aws:s3:::other",
    ]);
    expect(read("related.entity", record)).toEqual(
      expect.arrayContaining([
        "alice",
        "AIDA1",
        "arn:aws:iam::123456789012:user/alice",
        "arn:aws:iam::aws:policy/X",
      ]),
    );
    expect(read("aws.cloudtrail.resources.arn", record)).toEqual([
      "arn:aws:s3:::bucket",
      "arn:aws:s3:::other",
    ]);
    for (const name of ["related.user", "related.entity", "entity.target.id"] as const)
      expect(read(name, {})).toBeUndefined();
  });

  it("makes what takes work once for the record at hand", () => {
    let made = 0;
    const of = rememberLast((record) => `${++made} ${JSON.stringify(record["a"])}`);
    const [one, two] = [{ a: 1 }, { a: 2 }];
    expect([of(one), of(one), of(two), of(two), of(one)]).toEqual(["1 1", "1 1", "2 2", "2 2", "3 1"]);
  });

  it("gives each record its own text", () => {
    const text = (a: number) => read("aws.cloudtrail.request_parameters", { requestParameters: { a } });
    expect([text(1), text(2), text(1)]).toEqual(["{a=1}", "{a=2}", "{a=1}"]);
  });
});
