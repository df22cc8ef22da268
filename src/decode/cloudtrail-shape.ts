import { own, type JsonObject } from "../lib/json.js";

const WHAT = ["eventName", "insightDetails", "eventCategory", "eventType"] as const;
const ORIGIN = ["eventID", "eventId", "eventSource", "eventVersion"] as const;

/**
 * Whether an object is worth handing to event/ as a CloudTrail record: it says what happened and where that was
 * recorded. Permissive on purpose (Insight and aggregated events, trimmed records); event/ validates.
 */
export function looksLikeCloudTrail(value: JsonObject): boolean {
  const source = own(value, "eventSource");
  // S3's own notifications have the same field names, and "aws:s3" where CloudTrail has "s3.amazonaws.com".
  if (typeof source === "string" && source.startsWith("aws:")) return false;
  return hasAny(value, WHAT) && (hasAny(value, ORIGIN) || hasAll(value, "eventTime", "userIdentity"));
}

/** A digest file that CloudTrail writes beside its logs for integrity checks: it holds no events. */
export function isDigest(value: JsonObject): boolean {
  return (
    hasAny(value, ["digestStartTime"]) &&
    hasAny(value, ["previousDigestS3Object", "digestS3Object", "logFiles"])
  );
}

function hasAny(value: JsonObject, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(value, key));
}

function hasAll(value: JsonObject, ...keys: readonly string[]): boolean {
  return keys.every((key) => Object.hasOwn(value, key));
}
