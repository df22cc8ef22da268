import { gzipSync } from "node:zlib";
import { bulkOf, everyOne, itemsWhere, toZstd, type ReplayAnswer, type Shape } from "./shape.js";

const NDJSON = { "content-type": "application/x-ndjson" };
const FOREVER = 1_000;
const now = (): string => new Date().toISOString();

const refusedOrBroken = (answer: ReplayAnswer | undefined): boolean =>
  answer === undefined || answer.status !== 200;

/** Plain HTTP outputs keep what is answered 408, 429 or 5xx and drop what is answered with any other 4xx. */
const keepsOverHttp: Shape["keeps"] = (answer, batch) => {
  if (answer === undefined) return everyOne(batch);
  const { status } = answer;
  return status === 408 || status === 429 || status >= 500 ? everyOne(batch) : [];
};

function fluentBitHttp(
  format: string,
  contentType: string,
  join: (documents: readonly string[]) => string,
): Shape {
  return {
    name: `Fluent Bit out_http, ${format}`,
    request: (batch) => ({
      path: "/v1/events",
      headers: { "content-type": contentType, "user-agent": "Fluent-Bit" },
      body: Buffer.from(
        join(batch.documents.map((doc) => JSON.stringify({ date: 1732374000.123456, log: doc }))),
      ),
    }),
    keeps: keepsOverHttp,
    tries: 2,
  };
}

function vector(encoding: "gzip" | "zstd"): Shape {
  return {
    name: `Vector elasticsearch, ${encoding}`,
    startUp: [
      {
        request: { method: "GET", path: "/", headers: { "user-agent": "Vector/0.40.0" } },
        accepts: ({ text }) =>
          (JSON.parse(text) as { version: { number?: unknown } }).version.number !== undefined,
      },
    ],
    request: (batch) => {
      const body = bulkOf(batch, { index: { _index: "vector-2026.11.23", _type: "_doc" } }, (doc) => ({
        message: doc,
        file: "/var/log/cloudtrail.ndjson",
        host: "shipper",
        source_type: "file",
        timestamp: now(),
      }));
      return {
        path: "/_bulk",
        headers: { ...NDJSON, "content-encoding": encoding, "user-agent": "Vector/0.40.0" },
        body: encoding === "gzip" ? gzipSync(body) : toZstd(body),
      };
    },
    // By default it looks for this text alone, and then drops what failed.
    keeps: (answer, batch) => {
      if (answer === undefined) return everyOne(batch);
      if (answer.status === 200 && answer.text.includes('"errors":true')) return [];
      return answer.status === 429 || answer.status >= 500 ? everyOne(batch) : [];
    },
    tries: FOREVER,
  };
}

function firehose(name: string, pack: (document: string) => Buffer): Shape {
  let number = 0;
  return {
    name,
    request: (batch) => {
      const requestId = `request-${++number}`;
      const records = batch.documents.map((doc) => ({ data: pack(doc).toString("base64") }));
      return {
        path: "/v1/firehose",
        headers: {
          "content-type": "application/json",
          "x-amz-firehose-protocol-version": "1.0",
          "x-amz-firehose-request-id": requestId,
          "x-amz-firehose-access-key": "unused",
          "user-agent": "Amazon Kinesis Data Firehose Agent/1.0",
        },
        body: Buffer.from(JSON.stringify({ requestId, timestamp: Date.now(), records })),
      };
    },
    keeps: (answer, batch) => {
      const delivered = answer?.status === 200 && /"requestId":"request-\d+"/.test(answer.text);
      return delivered ? [] : everyOne(batch);
    },
    tries: FOREVER,
  };
}

export const SHAPES: readonly Shape[] = [
  {
    name: "Fluent Bit out_es",
    request: (batch) => ({
      path: "/_bulk",
      headers: { ...NDJSON, "user-agent": "Fluent-Bit" },
      body: bulkOf(batch, { create: { _index: "fluent-bit", _type: "_doc" } }, (log) => ({
        "@timestamp": now(),
        log,
      })),
    }),
    // Items that failed are lost without a word.
    keeps: (answer, batch) => (refusedOrBroken(answer) ? everyOne(batch) : []),
    tries: 2,
  },
  {
    name: "Fluent Bit out_opensearch",
    request: (batch) => ({
      path: "/_bulk",
      headers: { ...NDJSON, "user-agent": "Fluent-Bit" },
      body: bulkOf(batch, { create: { _index: "fluent-bit" } }, (log) => ({ "@timestamp": now(), log })),
    }),
    // One item that failed sends the whole chunk again; `items` before `errors` is misread.
    keeps: (answer, batch) => {
      if (answer === undefined || refusedOrBroken(answer)) return everyOne(batch);
      return /^\{"took":\d+,"errors":false,/.test(answer.text) ? [] : everyOne(batch);
    },
    tries: 2,
  },
  fluentBitHttp("json", "application/json", (documents) => `[${documents.join(",")}]`),
  fluentBitHttp("json_lines", "application/x-ndjson", (documents) => `${documents.join("\n")}\n`),
  fluentBitHttp("json_stream", "application/json", (documents) => documents.join("")),
  {
    name: "Logstash opensearch",
    startUp: [
      {
        request: { method: "GET", path: "/", headers: { "user-agent": "logstash-output-opensearch/2.0" } },
        accepts: ({ text }) => JSON.parse(text).version.distribution === "opensearch",
      },
      {
        request: { method: "HEAD", path: "/_template/logstash", headers: {} },
        accepts: ({ status }) => status < 500,
      },
    ],
    request: (batch) => ({
      path: "/_bulk",
      headers: {
        "content-type": "application/json",
        "user-agent": "logstash-output-opensearch/2.0",
        connection: "Keep-Alive",
      },
      body: bulkOf(batch, { index: { _id: null, _index: "logstash-2026.11.23", routing: null } }, (doc) => ({
        "@timestamp": now(),
        "@version": "1",
        host: { name: "shipper" },
        event: { original: doc },
      })),
    }),
    keeps: (answer, batch) => {
      if (answer === undefined || refusedOrBroken(answer)) return everyOne(batch);
      return itemsWhere(answer, batch, (status) => status === 429 || status >= 500);
    },
    tries: FOREVER,
  },
  {
    name: "Logstash http, json_batch",
    request: (batch) => ({
      path: "/v1/events",
      headers: { "content-type": "application/json", "user-agent": "Manticore 0.9.1" },
      body: Buffer.from(
        JSON.stringify(batch.documents.map((doc) => ({ "@timestamp": now(), message: doc }))),
      ),
    }),
    keeps: (answer, batch) =>
      answer === undefined || [429, 500, 502, 503, 504].includes(answer.status) ? everyOne(batch) : [],
    tries: FOREVER,
  },
  vector("gzip"),
  vector("zstd"),
  {
    name: "Filebeat 7.17",
    startUp: [
      {
        request: {
          method: "GET",
          path: "/",
          headers: { "user-agent": "Elastic-filebeat/7.17.29 (linux; amd64)" },
        },
        accepts: ({ text, headers }) =>
          headers["x-elastic-product"] === "Elasticsearch" &&
          JSON.parse(text).version.build_flavor === "default",
      },
      {
        request: {
          method: "GET",
          path: "/_license?human=false",
          headers: { "user-agent": "Elastic-filebeat/7.17.29 (linux; amd64)" },
        },
        accepts: ({ text }) => JSON.parse(text).license.status === "active",
      },
      {
        request: {
          method: "PUT",
          path: "/_index_template/filebeat-7.17.29",
          headers: {
            "content-type": "application/json",
            "user-agent": "Elastic-filebeat/7.17.29 (linux; amd64)",
          },
          body: Buffer.from("{}"),
        },
        accepts: ({ status }) => status === 200,
      },
    ],
    request: (batch) => ({
      path: "/_bulk",
      headers: {
        "content-type": "application/json; charset=UTF-8",
        accept: "application/json",
        "x-elastic-product-origin": "beats",
        "user-agent": "Elastic-filebeat/7.17.29 (linux; amd64)",
      },
      body: bulkOf(batch, { create: { _index: "filebeat-7.17.29-2026.11.23" } }, (doc) => ({
        "@timestamp": now(),
        "@metadata": { beat: "filebeat", type: "_doc", version: "7.17.29" },
        message: doc,
        log: { offset: 0, file: { path: "/var/log/cloudtrail.ndjson" } },
        agent: { type: "filebeat", version: "7.17.29" },
        ecs: { version: "1.12.0" },
      })),
    }),
    keeps: (answer, batch) => {
      if (answer === undefined || refusedOrBroken(answer)) return everyOne(batch);
      return itemsWhere(answer, batch, (status) => status === 429 || status >= 500);
    },
    tries: FOREVER,
  },
  {
    name: "OpenTelemetry opensearchexporter",
    request: (batch) => ({
      path: "/_bulk",
      headers: { ...NDJSON, "user-agent": "opensearch-go/2.3.0" },
      body: bulkOf(batch, { create: { _index: "ss4o_logs-default-namespace" } }, (doc) => ({
        "@timestamp": now(),
        attributes: { "log.file.name": "cloudtrail.ndjson" },
        body: doc,
        observedTimestamp: now(),
      })),
    }),
    // Whatever fails is lost.
    keeps: () => [],
    tries: 1,
  },
  {
    name: "Data Prepper",
    startUp: [
      {
        request: { method: "GET", path: "/_cluster/settings?include_defaults=true", headers: {} },
        accepts: ({ status }) => status === 200,
      },
      {
        request: { method: "HEAD", path: "/cloudtrail", headers: {} },
        accepts: ({ status }) => status === 200,
      },
    ],
    request: (batch) => ({
      path: "/_bulk",
      headers: { "content-type": "application/json", "user-agent": "opensearch-java/2.8.1 (Java/17)" },
      body: bulkOf(batch, { index: { _index: "cloudtrail" } }, (doc) => ({ message: doc })),
    }),
    keeps: (answer, batch) => {
      if (answer === undefined || refusedOrBroken(answer)) return everyOne(batch);
      return itemsWhere(answer, batch, (status) => status === 429 || status >= 500);
    },
    tries: FOREVER,
  },
  firehose("Firehose, HTTP endpoint", (doc) => Buffer.from(doc)),
  firehose("Firehose, CloudWatch Logs subscription", (doc) =>
    gzipSync(
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        owner: "111122223333",
        logGroup: "cloudtrail",
        logStream: "111122223333_CloudTrail_eu-central-1",
        subscriptionFilters: ["all"],
        logEvents: [{ id: "1", timestamp: 1732374000123, message: doc }],
      }),
    ),
  ),
  {
    name: "EventBridge API destination",
    request: (batch) => ({
      path: "/v1/events",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Amazon/EventBridge/ApiDestinations",
      },
      body: Buffer.from(
        JSON.stringify(
          batch.documents.map((doc) => ({
            version: "0",
            id: "b6f7c1e0",
            "detail-type": "AWS API Call via CloudTrail",
            source: "aws.kms",
            time: now(),
            detail: JSON.parse(doc) as unknown,
          })),
        ),
      ),
    }),
    keeps: keepsOverHttp,
    tries: FOREVER,
  },
];
