import type { DerivedField } from "../../event/derived.js";

/** How the field is mapped in Elastic's indices; it decides how values are compared. */
export type ElasticType = "keyword" | "text" | "long" | "date" | "ip" | "boolean" | "flattened";

/** Where the value of a field comes from. */
export type FieldSource =
  /** A dotted path into the record. */
  | { readonly kind: "record"; readonly path: string }
  | { readonly kind: "derived"; readonly name: DerivedField }
  /** Elastic's pipeline fills it from sources that are not there here; it is never set. */
  | { readonly kind: "absent" };

export interface FieldEntry {
  readonly type: ElasticType;
  readonly source: FieldSource;
}

const record = (path: string, type: ElasticType = "keyword"): FieldEntry => ({
  type,
  source: { kind: "record", path },
});
const derived = (name: DerivedField, type: ElasticType = "keyword"): FieldEntry => ({
  type,
  source: { kind: "derived", name },
});
const absent = (type: ElasticType = "keyword"): FieldEntry => ({ type, source: { kind: "absent" } });

/** Fields of Elastic's CloudTrail events by name: ECS, and `aws.cloudtrail.*`. Names below FLATTENED are besides. */
export const FIELDS: ReadonlyMap<string, FieldEntry> = new Map(
  Object.entries({
    "@timestamp": record("eventTime", "date"),
    "event.action": record("eventName"),
    "event.category": derived("event.category"),
    "event.code": absent(),
    "event.created": absent("date"),
    "event.dataset": derived("event.dataset"),
    "event.id": record("eventID"),
    "event.ingested": absent("date"),
    "event.kind": derived("event.kind"),
    "event.module": derived("event.module"),
    "event.original": absent(),
    "event.outcome": derived("event.outcome"),
    "event.provider": record("eventSource"),
    "event.type": derived("event.type"),
    "data_stream.dataset": derived("data_stream.dataset"),
    "data_stream.namespace": derived("data_stream.namespace"),
    "data_stream.type": derived("data_stream.type"),
    "cloud.account.id": record("userIdentity.accountId"),
    "cloud.provider": derived("cloud.provider"),
    "cloud.region": record("awsRegion"),
    "error.message": absent("text"),
    "group.id": record("responseElements.group.groupId"),
    "group.name": record("requestParameters.groupName"),
    message: absent("text"),
    "source.address": record("sourceIPAddress"),
    "source.ip": derived("source.ip", "ip"),
    "source.as.number": absent("long"),
    "source.as.organization.name": absent(),
    "source.geo.city_name": absent(),
    "source.geo.continent_name": absent(),
    "source.geo.country_iso_code": absent(),
    "source.geo.country_name": absent(),
    "source.geo.location": absent(),
    "source.geo.region_iso_code": absent(),
    "source.geo.region_name": absent(),
    tags: absent(),
    "tls.cipher": record("tlsDetails.cipherSuite"),
    "tls.client.server_name": record("tlsDetails.clientProvidedHostHeader"),
    "tls.version": derived("tls.version"),
    "tls.version_protocol": derived("tls.version_protocol"),
    "user.changes.name": record("requestParameters.newUserName"),
    "user.id": record("userIdentity.principalId"),
    "user.name": derived("user.name"),
    "user.name.text": derived("user.name", "text"),
    "user.target.id": record("responseElements.user.userId"),
    "user.target.name": record("requestParameters.userName"),
    "user_agent.device.name": derived("user_agent.device.name"),
    "user_agent.name": derived("user_agent.name"),
    "user_agent.original": record("userAgent"),
    "user_agent.original.text": record("userAgent", "text"),
    "user_agent.os.full": derived("user_agent.os.full"),
    "user_agent.os.name": derived("user_agent.os.name"),
    "user_agent.os.version": derived("user_agent.os.version"),
    "user_agent.version": derived("user_agent.version"),

    "related.access_key": derived("related.access_key"),
    "related.account": derived("related.account"),
    "related.arn": derived("related.arn"),
    "related.bucket": derived("related.bucket"),
    "related.entity": derived("related.entity"),
    "related.hash": absent(),
    "related.hosts": derived("related.hosts"),
    "related.instance": derived("related.instance"),
    "related.ip": derived("related.ip", "ip"),
    "related.role": derived("related.role"),
    "related.user": derived("related.user"),
    "actor.entity.id": record("userIdentity.arn"),
    "user.entity.id": record("userIdentity.arn"),
    "service.entity.id": record("userIdentity.invokedBy"),
    "host.entity.id": absent(),
    "entity.id": absent(),
    "entity.target.id": derived("entity.target.id"),
    "target.entity.id": derived("entity.target.id"),
    "user.target.entity.id": derived("entity.target.id"),
    "service.target.entity.id": derived("entity.target.id"),
    "host.target.entity.id": derived("entity.target.id"),

    "aws.cloudtrail.additional_eventdata": derived("aws.cloudtrail.additional_eventdata"),
    "aws.cloudtrail.additional_eventdata.text": derived("aws.cloudtrail.additional_eventdata", "text"),
    "aws.cloudtrail.api_version": record("apiVersion"),
    "aws.cloudtrail.console_login.additional_eventdata.login_to": derived(
      "aws.cloudtrail.console_login.additional_eventdata.login_to",
    ),
    "aws.cloudtrail.console_login.additional_eventdata.mfa_used": derived(
      "aws.cloudtrail.console_login.additional_eventdata.mfa_used",
      "boolean",
    ),
    "aws.cloudtrail.console_login.additional_eventdata.mobile_version": derived(
      "aws.cloudtrail.console_login.additional_eventdata.mobile_version",
      "boolean",
    ),
    "aws.cloudtrail.error_code": record("errorCode"),
    "aws.cloudtrail.error_message": record("errorMessage"),
    "aws.cloudtrail.event_category": record("eventCategory"),
    "aws.cloudtrail.event_type": record("eventType"),
    "aws.cloudtrail.event_version": record("eventVersion"),
    "aws.cloudtrail.management_event": record("managementEvent"),
    "aws.cloudtrail.read_only": record("readOnly", "boolean"),
    "aws.cloudtrail.recipient_account_id": record("recipientAccountId"),
    "aws.cloudtrail.request_id": record("requestID"),
    "aws.cloudtrail.request_parameters": derived("aws.cloudtrail.request_parameters"),
    "aws.cloudtrail.request_parameters.text": derived("aws.cloudtrail.request_parameters", "text"),
    "aws.cloudtrail.resources.account_id": record("resources.accountId"),
    "aws.cloudtrail.resources.arn": derived("aws.cloudtrail.resources.arn"),
    "aws.cloudtrail.resources.type": record("resources.type"),
    "aws.cloudtrail.response_elements": derived("aws.cloudtrail.response_elements"),
    "aws.cloudtrail.response_elements.text": derived("aws.cloudtrail.response_elements", "text"),
    "aws.cloudtrail.service_event_details": derived("aws.cloudtrail.service_event_details"),
    "aws.cloudtrail.service_event_details.text": derived("aws.cloudtrail.service_event_details", "text"),
    "aws.cloudtrail.session_credential_from_console": record("sessionCredentialFromConsole"),
    "aws.cloudtrail.shared_event_id": record("sharedEventID"),
    "aws.cloudtrail.user_identity.access_key_id": record("userIdentity.accessKeyId"),
    "aws.cloudtrail.user_identity.arn": record("userIdentity.arn"),
    "aws.cloudtrail.user_identity.invoked_by": record("userIdentity.invokedBy"),
    "aws.cloudtrail.user_identity.session_context.creation_date": record(
      "userIdentity.sessionContext.attributes.creationDate",
      "date",
    ),
    "aws.cloudtrail.user_identity.session_context.mfa_authenticated": record(
      "userIdentity.sessionContext.attributes.mfaAuthenticated",
    ),
    "aws.cloudtrail.user_identity.session_context.session_issuer.account_id": record(
      "userIdentity.sessionContext.sessionIssuer.accountId",
    ),
    "aws.cloudtrail.user_identity.session_context.session_issuer.arn": record(
      "userIdentity.sessionContext.sessionIssuer.arn",
    ),
    "aws.cloudtrail.user_identity.session_context.session_issuer.principal_id": record(
      "userIdentity.sessionContext.sessionIssuer.principalId",
    ),
    "aws.cloudtrail.user_identity.session_context.session_issuer.type": record(
      "userIdentity.sessionContext.sessionIssuer.type",
    ),
    "aws.cloudtrail.user_identity.session_context.session_issuer.user_name": record(
      "userIdentity.sessionContext.sessionIssuer.userName",
    ),
    "aws.cloudtrail.user_identity.type": record("userIdentity.type"),
    "aws.cloudtrail.vpc_endpoint_id": record("vpcEndpointId"),
    "aws.cloudtrail.flattened.additional_eventdata": derived(
      "aws.cloudtrail.flattened.additional_eventdata",
      "flattened",
    ),
    "aws.cloudtrail.flattened.digest": absent("flattened"),
    "aws.cloudtrail.flattened.insight_details": derived(
      "aws.cloudtrail.flattened.insight_details",
      "flattened",
    ),
    "aws.cloudtrail.flattened.request_parameters": derived(
      "aws.cloudtrail.flattened.request_parameters",
      "flattened",
    ),
    "aws.cloudtrail.flattened.response_elements": derived(
      "aws.cloudtrail.flattened.response_elements",
      "flattened",
    ),
    "aws.cloudtrail.flattened.service_event_details": derived(
      "aws.cloudtrail.flattened.service_event_details",
      "flattened",
    ),
  }),
);

/** Fields whose sub-fields are whatever the object has: the part of the record that each is. */
export const FLATTENED: ReadonlyMap<string, string> = new Map([
  ["aws.cloudtrail.flattened.additional_eventdata", "additionalEventData"],
  ["aws.cloudtrail.flattened.insight_details", "insightDetails"],
  ["aws.cloudtrail.flattened.request_parameters", "requestParameters"],
  ["aws.cloudtrail.flattened.response_elements", "responseElements"],
  ["aws.cloudtrail.flattened.service_event_details", "serviceEventDetails"],
]);
