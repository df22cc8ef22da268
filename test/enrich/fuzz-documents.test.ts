import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { CLOUDTRAIL_KEYS } from "../../src/event/adornments.js";
import type { JsonObject } from "../../src/lib/json.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { trailRecord } from "../event/make.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { matchOf, ruleOf, tagged } from "./make.js";

const FIXED = ["eventTime", "eventSource", "eventName", "eventID"];
const NESTED = [
  "arn",
  "ARN",
  "type",
  "sessionContext",
  "sessionIssuer",
  "attributes",
  "creationDate",
  "onBehalfOf",
];

const key = fc.oneof(
  fc.constantFrom(...NESTED, "a", "a.b", "", "..", ".a", "b.", " ", "type.x", "arn.", "_id", "__proto__"),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const scalar = fc.oneof(
  fc.constantFrom(null, true, false, "", "true", "x".repeat(33_000), 1e300, 9.8e-5),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.integer(),
);
const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc
    .array(fc.tuple(key, tie("value")), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
}));

/** A record with anything at all in some of its fields. */
const anyRecord = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...CLOUDTRAIL_KEYS), key), value), { minLength: 1, maxLength: 6 })
  .map((entries): JsonObject => {
    const odd = entries.filter(([name]) => !FIXED.includes(name));
    return JSON.parse(
      JSON.stringify(Object.fromEntries([...Object.entries(trailRecord()), ...odd])),
    ) as JsonObject;
  });

describeWithOpenSearch("any record in OpenSearch", () => {
  let prefix: string;

  async function send(method: string, path: string, body: string): Promise<any> {
    const headers = { "content-type": "application/x-ndjson" };
    const answer = await fetch(`${testOpenSearch().url}${path}`, { method, headers, body });
    expect([path, answer.status]).toEqual([path, 200]);
    return await answer.json();
  }

  beforeAll(async () => {
    prefix = testPrefix();
    for (const kind of ["events", "alerts"]) {
      const text = readFileSync(join(packageRoot, "mappings", `${kind}.json`), "utf8");
      await send("PUT", `/_index_template/${prefix}-${kind}`, text.replaceAll("{{prefix}}", prefix));
    }
  });
  afterAll(() => deletePrefix(prefix));

  test("whatever stands in its fields, event and alert are taken", async () => {
    const rule = ruleOf({
      summaryAttributes: ["userIdentity.arn", "requestParameters", "a.b", "errorMessage"],
    });
    const records = fc.sample(anyRecord, 400);
    let body = "";
    for (const [i, record] of records.entries()) {
      const event = tagged(record, [matchOf(rule)]);
      body += `{"create":{"_index":"${prefix}-events-1","_id":"${i}"}}\n${event.document}\n`;
      body += `{"create":{"_index":"${prefix}-alerts-1","_id":"${i}"}}\n${JSON.stringify(event.alerts[0])}\n`;
    }
    const { items } = await send("POST", "/_bulk", body);
    const refused = items.flatMap(({ create }: any) =>
      create.status === 201 ? [] : [{ error: create.error, record: records[Number(create._id)] }],
    );
    expect(refused.slice(0, 3)).toEqual([]);
    expect(items).toHaveLength(records.length * 2);
  });
});
