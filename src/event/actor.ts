import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";

/** Roles that IAM Identity Center makes: their session name is the person. */
const SSO_ROLE_PREFIX = "AWSReservedSSO_";

/**
 * Who acted, for people and for grouping alerts. `userName` where the record has one; else by identity type:
 *
 * - Root: `root`
 * - AssumedRole, FederatedUser, Role: the session issuer's user name, else the session name;
 *   the session name first for roles of IAM Identity Center, where it is the person
 * - IdentityCenterUser: `additionalEventData.UserName`, else `onBehalfOf.userId`
 * - AWSService: `invokedBy`
 * - anything else, or no type: session issuer, session name, service, principal id, account, the last one that is a
 *   service event's `eventSource`
 *
 * @returns undefined when the record names nobody (Insight and aggregated events).
 */
export function toActor(record: JsonObject): string | undefined {
  const identity = own(record, "userIdentity");
  if (typeof identity === "string") return identity === "" ? undefined : nameOfArn(identity);
  if (!isJsonObject(identity)) return serviceOf(record);
  const userName = text(own(identity, "userName"));
  if (userName !== undefined) return userName;
  switch (own(identity, "type")) {
    case "Root":
      return "root";
    case "AWSService":
      return text(own(identity, "invokedBy")) ?? serviceOf(record) ?? fallback(identity);
    case "IdentityCenterUser":
      return identityCenterUser(record, identity) ?? fallback(identity);
    case "AWSAccount":
      return sessionName(identity) ?? fallback(identity);
    default:
      return (
        roleOrSession(identity) ?? text(own(identity, "invokedBy")) ?? serviceOf(record) ?? fallback(identity)
      );
  }
}

/** Name of the role session: what follows the last `/` of an assumed role's ARN, or the `:` of its principal id. */
export function sessionName(identity: JsonObject): string | undefined {
  const arn = text(own(identity, "arn"));
  if (arn !== undefined && (arn.includes(":assumed-role/") || arn.includes(":federated-user/"))) {
    const name = arn.slice(arn.lastIndexOf("/") + 1);
    if (name !== "") return name;
  }
  const principal = text(own(identity, "principalId"));
  const colon = principal?.lastIndexOf(":") ?? -1;
  return principal === undefined || colon < 0 || colon === principal.length - 1
    ? undefined
    : principal.slice(colon + 1);
}

/** `sessionContext.sessionIssuer`, when it is an object. */
export function sessionIssuer(identity: JsonObject): JsonObject | undefined {
  const context = own(identity, "sessionContext");
  const issuer = isJsonObject(context) ? own(context, "sessionIssuer") : undefined;
  return isJsonObject(issuer) ? issuer : undefined;
}

function roleOrSession(identity: JsonObject): string | undefined {
  const issuer = sessionIssuer(identity);
  const issuerName = issuer === undefined ? undefined : issuerUserName(issuer);
  if (issuerName?.startsWith(SSO_ROLE_PREFIX) === true) return sessionName(identity) ?? issuerName;
  return issuerName ?? sessionName(identity);
}

function issuerUserName(issuer: JsonObject): string | undefined {
  const name = text(own(issuer, "userName"));
  if (name !== undefined) return name;
  return own(issuer, "type") === "Root" ? "root" : undefined;
}

function identityCenterUser(record: JsonObject, identity: JsonObject): string | undefined {
  const additional = own(record, "additionalEventData");
  const name = isJsonObject(additional)
    ? (text(own(additional, "UserName")) ?? text(own(additional, "userName")))
    : undefined;
  if (name !== undefined) return name;
  const behalf = own(identity, "onBehalfOf");
  return isJsonObject(behalf) ? text(own(behalf, "userId")) : undefined;
}

/** The service behind a service event; its identity may name nobody. */
function serviceOf(record: JsonObject): string | undefined {
  return own(record, "eventType") === "AwsServiceEvent" ? text(own(record, "eventSource")) : undefined;
}

function fallback(identity: JsonObject): string | undefined {
  const arn = text(own(identity, "arn"));
  return (
    (arn === undefined ? undefined : nameOfArn(arn)) ??
    text(own(identity, "principalId")) ??
    text(own(identity, "accountId"))
  );
}

/** Last part of an ARN's resource; anything else as it is. */
function nameOfArn(arn: string): string {
  if (!arn.startsWith("arn:")) return arn;
  const name = arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);
  return name === "" ? arn : name;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
