/**
 * Top-level names that our documents use. A record that brings one of them has it moved under `shipper.*`,
 * so that nobody tags an event from outside.
 */
export const OWN_KEYS: ReadonlySet<string> = new Set([
  "@timestamp",
  "actor_user",
  "alert",
  "cloud",
  "detection",
  "entities",
  "event",
  "original",
  "outcome",
  "params",
  "related",
  "rule",
  "shipper",
  "source",
  "threat",
  "user",
  "user_agent",
]);

/** Top-level names that shippers add to what they carry; none of them is a CloudTrail field. */
export const ADORNMENTS: ReadonlySet<string> = new Set([
  "@metadata",
  "@version",
  "agent",
  "aws",
  "data_stream",
  "date",
  "dissect",
  "ecs",
  "facility",
  "file",
  "fields",
  "fileset",
  "host",
  "hostname",
  "index",
  "input",
  "input_type",
  "labels",
  "log",
  "observed_timestamp",
  "offset",
  "path",
  "pipeline",
  "program",
  "prospector",
  "s3",
  "service",
  "severity",
  "source_type",
  "stream",
  "tag",
  "tags",
  "time",
  "timestamp",
  "type",
]);

/** CloudTrail's own top-level names, as its user guide lists them. */
export const CLOUDTRAIL_KEYS: ReadonlySet<string> = new Set([
  "accountId",
  "addendum",
  "additionalEventData",
  "apiVersion",
  "awsRegion",
  "edgeDeviceDetails",
  "errorCode",
  "errorMessage",
  "eventCategory",
  "eventContext",
  "eventID",
  "eventId",
  "eventName",
  "eventSource",
  "eventTime",
  "eventType",
  "eventVersion",
  "insightDetails",
  "managementEvent",
  "readOnly",
  "recipientAccountId",
  "requestID",
  "requestParameters",
  "resources",
  "responseElements",
  "serviceEventDetails",
  "sessionCredentialFromConsole",
  "sharedEventID",
  "sourceIPAddress",
  "summary",
  "timeWindow",
  "tlsDetails",
  "userAgent",
  "userIdentity",
  "vpcEndpointAccountId",
  "vpcEndpointId",
]);

const UNDERSCORE = 95;

/**
 * Whether a top-level key of a record must not stand at the top of the stored document: one of our names, a
 * shipper's addition, a dotted form of either (`rule.id` would be indexed as ours), or a name that OpenSearch
 * keeps for itself (`_id`, `_source`, …).
 */
export function isForeignKey(key: string): boolean {
  if (CLOUDTRAIL_KEYS.has(key)) return false;
  if (OWN_KEYS.has(key) || ADORNMENTS.has(key) || key.charCodeAt(0) === UNDERSCORE) return true;
  const dot = key.indexOf(".");
  return dot > 0 && OWN_KEYS.has(key.slice(0, dot));
}
