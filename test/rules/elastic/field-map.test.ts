import { readDerivedField } from "../../../src/event/derived.js";
import { FIELDS, FLATTENED } from "../../../src/rules/elastic/field-table.js";
import {
  expandElasticField,
  suggestElasticField,
  toElasticField,
} from "../../../src/rules/elastic/field-map.js";
import { resolveField } from "../../../src/rules/resolve-field.js";

describe("toElasticField", () => {
  it.each([
    ["event.action", "eventName"],
    ["event.provider", "eventSource"],
    ["cloud.region", "awsRegion"],
    ["@timestamp", "eventTime"],
    ["user_agent.original", "userAgent"],
    ["source.address", "sourceIPAddress"],
    ["aws.cloudtrail.error_code", "errorCode"],
    ["tls.client.server_name", "tlsDetails.clientProvidedHostHeader"],
    ["aws.cloudtrail.user_identity.arn", "userIdentity.arn"],
    [
      "aws.cloudtrail.user_identity.session_context.session_issuer.user_name",
      "userIdentity.sessionContext.sessionIssuer.userName",
    ],
    ["aws.cloudtrail.flattened.request_parameters.instanceId", "requestParameters.instanceId"],
    ["aws.cloudtrail.flattened.response_elements.a.b.c", "responseElements.a.b.c"],
    ["aws.cloudtrail.flattened.additional_eventdata.x", "additionalEventData.x"],
    ["aws.cloudtrail.flattened.insight_details.state", "insightDetails.state"],
  ])("finds %s at %s", (name, path) => {
    const { field, known, absent } = toElasticField(name);
    expect([known, absent, field.text]).toEqual([true, false, path]);
    const record = path.split(".").reduceRight<unknown>((value, key) => ({ [key]: value }), "found");
    expect(resolveField(record as never, field)).toBe("found");
  });

  it("crosses lists on the way", () => {
    const { field } = toElasticField("aws.cloudtrail.flattened.request_parameters.items.id");
    expect(resolveField({ requestParameters: { items: [{ id: 1 }, { id: 2 }] } }, field)).toEqual([1, 2]);
  });

  it("tells types", () => {
    const types = [
      "event.action",
      "@timestamp",
      "source.ip",
      "aws.cloudtrail.read_only",
      "user_agent.original.text",
    ];
    expect(types.map((name) => toElasticField(name).type)).toEqual([
      "keyword",
      "date",
      "ip",
      "boolean",
      "text",
    ]);
    expect(toElasticField("aws.cloudtrail.flattened.request_parameters.x").type).toBe("flattened");
  });

  it.each([
    ["event.acton", "event.action"],
    ["userIdentity.arn", "aws.cloudtrail.user_identity.arn"],
    ["eventName", "event.action"],
    ["aws.cloudtrail.useridentity.arn", "aws.cloudtrail.user_identity.arn"],
    ["process.command_line", undefined],
    ["constructor", undefined],
    ["aws.cloudtrail.flattened.request_parameters.", "aws.cloudtrail.flattened.request_parameters"],
  ])("takes %s for missing, and guesses at %p", (name, suggestion) => {
    const { field, known } = toElasticField(name);
    expect([known, suggestElasticField(name)]).toEqual([false, suggestion]);
    expect(
      resolveField({ [name]: "x", "": "x", eventName: "x", userIdentity: { arn: "x" } }, field),
    ).toBeUndefined();
  });

  it("reads every field of an event that has nothing in it", () => {
    for (const [name, { source }] of FIELDS) {
      const { field } = toElasticField(name);
      expect(() => resolveField({}, field)).not.toThrow();
      for (const value of [null, "x", 1, true, [], {}, [null, "x", { a: 1 }]]) {
        const record = Object.fromEntries(
          [
            "userIdentity",
            "requestParameters",
            "responseElements",
            "additionalEventData",
            "tlsDetails",
            "resources",
            "sourceIPAddress",
            "userAgent",
            "eventName",
            "insightDetails",
          ].map((key) => [key, value]),
        );
        expect(() => resolveField(record, field)).not.toThrow();
        if (source.kind === "derived") expect(() => readDerivedField(source.name, record)).not.toThrow();
      }
    }
  });

  it("finds what a pattern stands for, but not what is never set", () => {
    expect(expandElasticField((name) => name.startsWith("source."))).toEqual(["source.address", "source.ip"]);
    expect(
      expandElasticField((name) => name === "aws.cloudtrail.flattened.request_parameters."),
    ).toHaveLength(1);
  });

  it("has a field for each flattened part", () => {
    expect([...FLATTENED.keys()].every((name) => FIELDS.get(name)?.type === "flattened")).toBe(true);
  });
});
