import type { DecodedUnit, DecodeLimits } from "../../src/decode/types.js";
import type { SourceRecord } from "../../src/event/types.js";

export const LIMITS: DecodeLimits = { maxDocumentBytes: 10 * 1024 * 1024, maxDepth: 100, maxKeys: 10_000 };

/** A small CloudTrail record with a name to know it by. */
export function record(eventID: string, more: object = {}): object {
  return {
    eventVersion: "1.11",
    eventName: "ListBuckets",
    eventSource: "s3.amazonaws.com",
    eventID,
    ...more,
  };
}

export function bytes(value: unknown): Buffer {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}

/** One word for each unit: the record's eventID, the dead letter's code, or the skip reason. */
export function summary(units: Iterable<DecodedUnit>): string[] {
  return Array.from(units, (unit) => {
    if (unit.kind === "record")
      return JSON.stringify(unit.record.value["eventID"] ?? unit.record.value["eventId"]).slice(1, -1);
    return unit.kind === "dead" ? `dead:${unit.reason.code}` : `skipped:${unit.reason}`;
  });
}

export function onlyRecord(units: readonly DecodedUnit[]): SourceRecord {
  const unit = units[0];
  if (units.length !== 1 || unit?.kind !== "record")
    throw new Error(`Not one record: ${summary(units).join(" ")}`);
  return unit.record;
}
