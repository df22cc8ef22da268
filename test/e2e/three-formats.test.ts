import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EventDocument } from "../../src/enrich/types.js";
import type { JsonObject } from "../../src/lib/json.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { bulkBody, record } from "../harness/records.js";
import { startService, type TestService } from "../harness/service.js";

const SIGMA_ID = "5f0d3a52-7f0e-4c8e-9a43-5d2a3f0c7a01";
const SIGMA_COUNT_ID = "5f0d3a52-7f0e-4c8e-9a43-5d2a3f0c7a02";
const ELASTIC_ID = "0c1f0e7a-3b7d-4d55-8a55-7a8f4f1c9b01";
const THRESHOLD_ID = "0c1f0e7a-3b7d-4d55-8a55-7a8f4f1c9b02";

const FILES = {
  "rules/panther/secret-read.yml": `AnalysisType: rule
RuleID: Test.Secret.Read
DisplayName: Secret read from outside
Enabled: true
LogTypes: [AWS.CloudTrail]
Severity: Medium
DynamicSeverities:
  - ChangeTo: High
    Conditions:
      - {KeyPath: userIdentity.type, Condition: Equals, Value: Root}
Reports:
  MITRE ATT&CK: [TA0006:T1555]
Detection:
  - {Key: eventName, Condition: Equals, Value: GetSecretValue}
  - {Key: sourceIPAddress, Condition: IsNotInList, List: offices}
AlertTitle: Secret read from {sourceIPAddress}
AlertContext:
  - KeyName: secret
    KeyValue: {KeyPath: requestParameters.secretId}
`,
  "rules/sigma/secret_read.yml": `title: Secret read
id: ${SIGMA_ID}
status: stable
logsource: {product: aws, service: cloudtrail}
detection:
  call:
    eventSource: SecretsManager.amazonaws.com
    eventName|startswith: getsecret
  office:
    sourceIPAddress|expand: "%offices%"
  condition: call and not office
level: low
tags: [attack.credential-access, attack.t1555]
---
title: Many secrets read
id: ${SIGMA_COUNT_ID}
correlation:
  type: event_count
  rules: [${SIGMA_ID}]
  group-by: [userIdentity.arn]
  timespan: 10m
  condition: {gte: 5}
  generate: true
level: high
`,
  "rules/elastic/secret_read.toml": `[metadata]
creation_date = "2026/01/01"
integration = ["aws"]
maturity = "production"

[rule]
author = ["TrailTag"]
description = "A secret was read and the call succeeded."
index = ["logs-aws.cloudtrail-*"]
language = "kuery"
name = "Secret read and answered"
risk_score = 47
rule_id = "${ELASTIC_ID}"
severity = "medium"
type = "query"
query = '''
event.dataset:aws.cloudtrail and event.provider:secretsmanager.amazonaws.com and event.action:GetSecretValue
  and event.outcome:success and aws.cloudtrail.request_parameters:*prod*
'''
`,
  "rules/elastic/many.toml": `[metadata]
integration = ["aws"]
maturity = "production"

[rule]
author = ["TrailTag"]
description = "Many secrets were read."
index = ["logs-aws.cloudtrail-*"]
language = "kuery"
name = "Many secrets read by one user"
risk_score = 47
rule_id = "${THRESHOLD_ID}"
severity = "medium"
type = "threshold"
query = '''event.action:GetSecretValue'''

[rule.threshold]
field = ["user.id"]
value = 20
`,
  "rules/elastic/esql.toml": `[metadata]
integration = ["aws"]
maturity = "production"

[rule]
author = ["TrailTag"]
description = "Another language."
language = "esql"
name = "In ES|QL"
risk_score = 21
rule_id = "0c1f0e7a-3b7d-4d55-8a55-7a8f4f1c9b03"
severity = "low"
type = "esql"
query = '''from logs-aws.cloudtrail-* | limit 10'''
`,
  "lists/offices.yml": `name: offices
description: Where our people sit.
values: ["203.0.113.0/24"]
`,
} as const;

describeWithOpenSearch("rules of three formats in one engine", () => {
  const prefix = testPrefix();
  let folder: string;
  let service: TestService;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trailtag-formats-"));
    for (const [file, text] of Object.entries(FILES)) await write(file, text);
    service = await startService({
      config: {
        opensearch: { node: testOpenSearch().url, index_prefix: prefix },
        rules: { paths: [join(folder, "rules")], bundled: false },
        lists: { paths: [join(folder, "lists")] },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await service.close();
    await deletePrefix(prefix);
    await rm(folder, { recursive: true });
  }, 60_000);

  async function write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }

  async function ship(changes: JsonObject): Promise<EventDocument> {
    const sent = secretRead(changes);
    const answer = await fetch(`${service.url}/_bulk`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: bulkBody([sent]),
    });
    expect(await answer.json()).toMatchObject({ errors: false, items: [{ create: { status: 201 } }] });
    const [stored] = await search<EventDocument>("events-*", {
      term: { "event.id": sent["eventID"] as string },
    });
    return stored as EventDocument;
  }

  async function search<T>(index: string, query: object): Promise<T[]> {
    await fetch(`${testOpenSearch().url}/${prefix}-*/_refresh`, { method: "POST" });
    const answer = await fetch(`${testOpenSearch().url}/${prefix}-${index}/_search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, size: 100 }),
    });
    const { hits } = (await answer.json()) as { hits: { hits: { _source: T }[] } };
    return hits.hits.map(({ _source }) => _source);
  }

  it("tags one event with rules of all three, and with those that count", async () => {
    const stored = await ship({});
    expect([...(stored.rule?.id ?? [])].sort()).toEqual(
      [ELASTIC_ID, THRESHOLD_ID, SIGMA_ID, SIGMA_COUNT_ID, "Test.Secret.Read"].sort(),
    );
    expect(stored.detection.hits.map(({ kind }) => kind).sort()).toEqual([
      "elastic",
      "elastic",
      "panther",
      "sigma",
      "sigma",
    ]);
    expect(stored.threat?.technique.id).toEqual(["T1555"]);
    // Those that count are high and medium; what they say of one event is nothing grave.
    expect(stored.detection.severity).toBe("medium");
  });

  it("raises alerts for single events only, each with its title and context", async () => {
    const alerts = await search<any>("alerts-*", { match_all: {} });
    expect(alerts.map((alert) => alert.rule.id).sort()).toEqual(
      [ELASTIC_ID, SIGMA_ID, "Test.Secret.Read"].sort(),
    );
    const panther = alerts.find((alert) => alert.rule.id === "Test.Secret.Read");
    expect(panther.alert).toMatchObject({
      title: "Secret read from 198.51.100.7",
      severity: "medium",
      context: { secret: "prod/db" },
    });
  });

  it("reads lists in rules of two formats, and the severity that the event gives", async () => {
    const inside = await ship({ sourceIPAddress: "203.0.113.9" });
    expect([...(inside.rule?.id ?? [])].sort()).toEqual([ELASTIC_ID, THRESHOLD_ID].sort());
    const root = await ship({ userIdentity: { type: "Root", accountId: "111122223333" } });
    const hit = root.detection.hits.find(({ rule_id }) => rule_id === "Test.Secret.Read");
    expect(hit?.severity).toBe("high");
  });

  it("says what did not load and goes on with the rest", () => {
    const listing = service.pipeline.rules();
    expect(listing.rules).toHaveLength(5);
    expect(listing.refused).toHaveLength(1);
    expect(listing.refused[0]?.message).toContain("0c1f0e7a-3b7d-4d55-8a55-7a8f4f1c9b03");
  });
});

function secretRead(changes: JsonObject): JsonObject {
  return record(randomUUID(), {
    eventSource: "secretsmanager.amazonaws.com",
    eventName: "GetSecretValue",
    requestParameters: { secretId: "prod/db" },
    ...changes,
  });
}
