import type { JsonObject, JsonValue } from "../lib/json.js";
import { toCategorisation } from "./ecs-category.js";
import { toOutcome } from "./ecs.js";
import {
  consoleLoginPart,
  javaTextOf,
  leavesOf,
  relatedPart,
  tlsPart,
  toRelatedEntities,
  toRelatedUsers,
  toResourceArns,
  toSourceIp,
  toTargetEntities,
  toUserAgentSystem,
  toUserName,
  userAgentPart,
} from "./elastic-fields.js";

/** Reads a field that a record does not hold as such; undefined when it has none. */
export function readDerivedField(name: DerivedField, record: JsonObject): JsonValue | undefined {
  return DERIVED_FIELDS[name](record);
}

/** One entry is one field that rules may name. What looks at the whole record remembers the one at hand. */
const DERIVED_FIELDS = {
  "event.outcome": toOutcome,
  "event.category": (record) => toCategorisation(record).category,
  "event.type": (record) => toCategorisation(record).type,
  "event.kind": () => "event",
  "event.module": () => "aws",
  "event.dataset": () => "aws.cloudtrail",
  "data_stream.dataset": () => "aws.cloudtrail",
  "data_stream.type": () => "logs",
  "data_stream.namespace": () => "default",
  "cloud.provider": () => "aws",
  "user.name": toUserName,
  "source.ip": toSourceIp,
  "user_agent.name": userAgentPart("name"),
  "user_agent.version": userAgentPart("version"),
  "user_agent.device.name": userAgentPart("device"),
  "user_agent.os.name": userAgentPart("osName"),
  "user_agent.os.version": userAgentPart("osVersion"),
  "user_agent.os.full": toUserAgentSystem,
  "related.ip": relatedPart("ip"),
  "related.user": toRelatedUsers,
  "related.hosts": relatedPart("hosts"),
  "related.arn": relatedPart("arn"),
  "related.account": relatedPart("account"),
  "related.access_key": relatedPart("access_key"),
  "related.instance": relatedPart("instance"),
  "related.bucket": relatedPart("bucket"),
  "related.role": relatedPart("role"),
  "related.entity": toRelatedEntities,
  "entity.target.id": toTargetEntities,
  "tls.version": tlsPart("version"),
  "tls.version_protocol": tlsPart("protocol"),
  "aws.cloudtrail.request_parameters": javaTextOf("requestParameters"),
  "aws.cloudtrail.response_elements": javaTextOf("responseElements"),
  "aws.cloudtrail.additional_eventdata": javaTextOf("additionalEventData"),
  "aws.cloudtrail.service_event_details": javaTextOf("serviceEventDetails"),
  "aws.cloudtrail.flattened.request_parameters": leavesOf("requestParameters"),
  "aws.cloudtrail.flattened.response_elements": leavesOf("responseElements"),
  "aws.cloudtrail.flattened.additional_eventdata": leavesOf("additionalEventData"),
  "aws.cloudtrail.flattened.service_event_details": leavesOf("serviceEventDetails"),
  "aws.cloudtrail.flattened.insight_details": leavesOf("insightDetails"),
  "aws.cloudtrail.resources.arn": toResourceArns,
  "aws.cloudtrail.console_login.additional_eventdata.login_to": consoleLoginPart("LoginTo"),
  "aws.cloudtrail.console_login.additional_eventdata.mfa_used": consoleLoginPart("MFAUsed"),
  "aws.cloudtrail.console_login.additional_eventdata.mobile_version": consoleLoginPart("MobileVersion"),
} satisfies Readonly<Record<string, (record: JsonObject) => JsonValue | undefined>>;

export type DerivedField = keyof typeof DERIVED_FIELDS;
