import {
  isJsonArray,
  isJsonObject,
  own,
  type JsonObject,
  type JsonScalar,
  type JsonValue,
} from "../lib/json.js";
import { sessionIssuer } from "./actor.js";
import { toIndicators } from "./indicators.js";
import { isIpAddress } from "./ip-address.js";
import { toJavaText } from "./java-text.js";
import { rememberLast } from "./last-record.js";
import type { RelatedKind } from "./types.js";
import { parseUserAgent, type UserAgent } from "./user-agent.js";

type Reading = (record: JsonObject) => JsonValue | undefined;

/** The text that Elastic's pipeline makes of a part of the record. */
export function javaTextOf(key: string): Reading {
  return rememberLast((record) => {
    const value = own(record, key);
    return value === undefined ? undefined : toJavaText(value);
  });
}

/** Every string, number and boolean inside a part of the record: what a search in a whole `flattened` field looks at. */
export function leavesOf(key: string): Reading {
  return rememberLast((record) => {
    const leaves: JsonScalar[] = [];
    collectLeaves(own(record, key), leaves);
    return leaves.length === 0 ? undefined : leaves;
  });
}

function collectLeaves(value: JsonValue | undefined, leaves: JsonScalar[]): void {
  if (value === undefined || value === null || value === "") return;
  if (isJsonArray(value)) for (const element of value) collectLeaves(element, leaves);
  else if (isJsonObject(value)) for (const member of Object.values(value)) collectLeaves(member, leaves);
  else leaves.push(value);
}

/** `user.name`: the user's own name, else that of the role or user whose session it is. */
export function toUserName(record: JsonObject): JsonValue | undefined {
  const identity = own(record, "userIdentity");
  if (!isJsonObject(identity)) return undefined;
  const issuer = sessionIssuer(identity);
  return own(identity, "userName") ?? (issuer === undefined ? undefined : own(issuer, "userName"));
}

/** `source.ip`: the source address where it is one; services are named there too. */
export function toSourceIp(record: JsonObject): string | undefined {
  const address = own(record, "sourceIPAddress");
  return typeof address === "string" && isIpAddress(address) ? address : undefined;
}

const userAgentOf = rememberLast((record): UserAgent | undefined => {
  const agent = own(record, "userAgent");
  return typeof agent === "string" && agent !== "" ? parseUserAgent(agent) : undefined;
});

export function userAgentPart(part: keyof UserAgent): Reading {
  return (record) => userAgentOf(record)?.[part];
}

/** `user_agent.os.full`: name and version. */
export function toUserAgentSystem(record: JsonObject): string | undefined {
  const agent = userAgentOf(record);
  if (agent?.osName === undefined) return undefined;
  return agent.osVersion === undefined ? agent.osName : `${agent.osName} ${agent.osVersion}`;
}

const relatedOf = rememberLast((record) => toIndicators(record).related);

export function relatedPart(kind: RelatedKind): Reading {
  return (record) => relatedOf(record)?.[kind];
}

/** `related.user`: our own indicators, and the new name that a user is given. */
export const toRelatedUsers = rememberLast((record): JsonValue | undefined => {
  const users = new Set<JsonValue>(relatedOf(record)?.user);
  const request = own(record, "requestParameters");
  for (const key of ["userName", "newUserName"]) {
    const name = isJsonObject(request) ? own(request, key) : undefined;
    if (typeof name === "string" && name !== "") users.add(name);
  }
  return users.size === 0 ? undefined : [...users];
});

const NAMED_KINDS = ["user", "arn", "access_key", "instance", "bucket", "role"] as const;

/** `related.entity`: who and what the event names: all our indicators but addresses, the principal, and the targets. */
export const toRelatedEntities = rememberLast((record): JsonValue | undefined => {
  const related = relatedOf(record) ?? {};
  const named = NAMED_KINDS.flatMap((kind) => related[kind] ?? []);
  const identity = own(record, "userIdentity");
  const principal = isJsonObject(identity) ? own(identity, "principalId") : undefined;
  const targets = toTargetEntities(record) ?? [];
  const all = new Set<JsonValue>([...named, ...targets]);
  if (typeof principal === "string" && principal !== "") all.add(principal);
  return all.size === 0 ? undefined : [...all];
});

/** Request parameters that name what is acted upon. */
const TARGET_KEY =
  /^(?:user|role|group|policy|bucket|function|instanceProfile|trail|key|topic|queue|table|stack)Name$|(?:Id|Arn|ARN|Identifier)$/;

/** `entity.target.id`: what the request names as its target, and the resources' ARNs. */
export const toTargetEntities = rememberLast((record): readonly string[] | undefined => {
  const targets = new Set<string>();
  const request = own(record, "requestParameters");
  if (isJsonObject(request)) {
    for (const [key, value] of Object.entries(request)) {
      if (typeof value === "string" && value !== "" && TARGET_KEY.test(key)) targets.add(value);
    }
  }
  for (const arn of toResourceArns(record) ?? []) targets.add(arn);
  return targets.size === 0 ? undefined : [...targets];
});

/** `aws.cloudtrail.resources.arn`: CloudTrail writes the key in both ways. */
export function toResourceArns(record: JsonObject): readonly string[] | undefined {
  const resources = own(record, "resources");
  const list = isJsonArray(resources) ? resources : resources === undefined ? [] : [resources];
  const arns = list.flatMap((resource) => {
    const arn = isJsonObject(resource) ? (own(resource, "ARN") ?? own(resource, "arn")) : undefined;
    return typeof arn === "string" && arn !== "" ? arn : [];
  });
  return arns.length === 0 ? undefined : arns;
}

/** A detail of ConsoleLogin events, undefined for all others. */
export function consoleLoginPart(key: "LoginTo" | "MFAUsed" | "MobileVersion"): Reading {
  return (record) => {
    if (own(record, "eventName") !== "ConsoleLogin") return undefined;
    const data = own(record, "additionalEventData");
    const value = isJsonObject(data) ? own(data, key) : undefined;
    if (value === undefined || value === null || value === "" || key === "LoginTo") return value;
    return value !== "No";
  };
}

/** `TLSv1.3` taken apart: `tls` and `1.3`. */
export function tlsPart(part: "protocol" | "version"): Reading {
  return (record) => {
    const details = own(record, "tlsDetails");
    const text = isJsonObject(details) ? own(details, "tlsVersion") : undefined;
    const at = typeof text === "string" ? text.indexOf("v") : -1;
    if (typeof text !== "string" || at < 0) return undefined;
    return part === "protocol" ? text.slice(0, at).toLowerCase() : text.slice(at + 1);
  };
}
