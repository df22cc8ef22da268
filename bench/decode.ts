/**
 * Bytes per second of the decode room, one thread: `node --import` a TypeScript loader, or the built
 * dist/bench/decode.js. Prints a table; asserts nothing.
 */
import { parseBulk } from "../src/decode/bulk.js";
import { parseEventsBody } from "../src/decode/events.js";
import { scanValue } from "../src/decode/json-scan.js";
import { toUnits } from "../src/decode/record.js";

const LIMITS = { maxDocumentBytes: 10 * 1024 * 1024, maxDepth: 100, maxKeys: 10_000 };
const RECORDS = 5000;
const ROUNDS = 10;

function record(number: number): object {
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAEXAMPLE:session",
      arn: "arn:aws:sts::111122223333:assumed-role/reader/session",
      accountId: "111122223333",
      sessionContext: {
        sessionIssuer: { type: "Role", arn: "arn:aws:iam::111122223333:role/reader", userName: "reader" },
        attributes: { creationDate: "2026-01-01T00:00:00Z", mfaAuthenticated: "false" },
      },
    },
    eventTime: "2026-01-01T00:00:00Z",
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    awsRegion: "eu-central-1",
    sourceIPAddress: "198.51.100.7",
    userAgent: "[aws-sdk-java/1.12.300 Linux/5.10 OpenJDK_64-Bit_Server_VM/17]",
    requestParameters: {
      bucketName: "example-bucket",
      key: `some/longer/path/object-${number}`,
      Host: "s3.amazonaws.com",
    },
    responseElements: null,
    additionalEventData: {
      SignatureVersion: "SigV4",
      bytesTransferredOut: 1024,
      "x-amz-id-2": "x".repeat(76),
    },
    requestID: `REQ${number}`,
    eventID: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    readOnly: true,
    resources: [
      { type: "AWS::S3::Object", ARN: "arn:aws:s3:::example-bucket/some" },
      { accountId: "111122223333" },
    ],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: "111122223333",
    eventCategory: "Data",
  };
}

function measure(name: string, body: Buffer, run: (body: Buffer) => number): void {
  run(body);
  const started = performance.now();
  let units = 0;
  for (let round = 0; round < ROUNDS; round++) units += run(body);
  const seconds = (performance.now() - started) / 1000;
  const megabytes = (body.length * ROUNDS) / 1e6;
  console.log(
    `${name.padEnd(28)} ${(megabytes / seconds).toFixed(0).padStart(6)} MB/s ${(units / seconds).toFixed(0).padStart(9)} units/s`,
  );
}

function count(units: Iterable<unknown>): number {
  let total = 0;
  for (const unit of units) if (unit !== undefined) total++;
  return total;
}

const texts = Array.from({ length: RECORDS }, (_none, number) => JSON.stringify(record(number)));
const bulk = Buffer.from(texts.map((text) => `{"create":{"_index":"logs"}}\n${text}\n`).join(""));
const envelope = Buffer.from(`{"Records":[${texts.join(",")}]}`);
const wrapped = texts.map((message) =>
  JSON.stringify({ "@timestamp": "2026-01-01T00:00:00Z", agent: { type: "x" }, message }),
);
const filebeat = Buffer.from(wrapped.join("\n"));

console.log(`${RECORDS} records of ${texts[0]?.length ?? 0} bytes, ${ROUNDS} rounds`);
measure("scan", envelope, (body) => (scanValue(body, 0).state === "complete" ? RECORDS : 0));
measure("JSON.parse alone", bulk, () => texts.filter((text) => JSON.parse(text) !== null).length);
measure("bulk lines", bulk, (body) => count(parseBulk(body)));
measure("bulk to records", bulk, (body) => {
  let units = 0;
  for (const entry of parseBulk(body)) if (entry.document) units += toUnits(0, entry.document, LIMITS).length;
  return units;
});
measure('{"Records":[…]} to records', envelope, (body) => count(parseEventsBody(body, undefined, LIMITS)));
measure("Filebeat lines to records", filebeat, (body) => count(parseEventsBody(body, undefined, LIMITS)));
