import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { isIpAddress } from "./ip-address.js";
import type { EcsFields, Related } from "./types.js";

export interface EcsInput {
  readonly record: JsonObject;
  readonly id: string;
  /** ISO 8601 */
  readonly timestamp: string;
  /** ISO 8601 */
  readonly ingested: string;
  readonly actor: string | undefined;
  readonly account: string | undefined;
  readonly related: Related | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** ECS fields of a record; what the record does not say is left out. */
export function toEcs(input: EcsInput): EcsFields {
  const { record } = input;
  const insight = own(record, "insightDetails");
  const told = isJsonObject(insight) ? insight : record;
  const event: Mutable<EcsFields["event"]> = {
    id: input.id,
    kind: "event",
    outcome: toOutcome(record),
    ingested: input.ingested,
  };
  const action = text(own(record, "eventName")) ?? text(own(told, "eventName"));
  if (action !== undefined) event.action = action;
  const provider = text(own(record, "eventSource")) ?? text(own(told, "eventSource"));
  if (provider !== undefined) event.provider = provider;

  const cloud: Mutable<EcsFields["cloud"]> = { provider: "aws" };
  if (input.account !== undefined) cloud.account = { id: input.account };
  const region = text(own(record, "awsRegion"));
  if (region !== undefined) cloud.region = region;

  const ecs: Mutable<EcsFields> = { "@timestamp": input.timestamp, event, cloud };
  const address = text(own(record, "sourceIPAddress"));
  if (address !== undefined) ecs.source = isIpAddress(address) ? { address, ip: address } : { address };
  const user = toUser(own(record, "userIdentity"), input.actor);
  if (user !== undefined) ecs.user = user;
  const agent = text(own(record, "userAgent"));
  if (agent !== undefined) ecs.user_agent = { original: agent };
  if (input.related !== undefined) ecs.related = input.related;
  return ecs;
}

function toUser(identity: JsonValue | undefined, name: string | undefined): EcsFields["user"] {
  const id = isJsonObject(identity) ? text(own(identity, "principalId")) : undefined;
  if (id === undefined) return name === undefined ? undefined : { name };
  return name === undefined ? { id } : { id, name };
}

/** Account that the event belongs to: the recipient's, an aggregate's own, else the caller's. Twelve digits. */
export function toAccount(record: JsonObject): string | undefined {
  const identity = own(record, "userIdentity");
  return (
    accountId(own(record, "recipientAccountId")) ??
    accountId(own(record, "accountId")) ??
    (isJsonObject(identity) ? accountId(own(identity, "accountId")) : undefined)
  );
}

/** A number has lost its leading zeros on the way. */
function accountId(value: JsonValue | undefined): string | undefined {
  return typeof value === "number" ? String(value).padStart(12, "0") : text(value);
}

/** Where sign-in events tell how they ended. */
const SIGN_IN_RESULTS = [
  "ConsoleLogin",
  "CredentialVerification",
  "UserAuthentication",
  "SwitchRole",
  "ExitRole",
  "RenewRole",
  "CheckMfa",
  "PasswordUpdated",
] as const;

/** How the call ended, told by errorCode, errorMessage or what a sign-in answered. */
export function toOutcome(record: JsonObject): "success" | "failure" | "unknown" {
  if (present(own(record, "errorCode")) || present(own(record, "errorMessage"))) return "failure";
  if (signInFailed(own(record, "responseElements")) || signInFailed(own(record, "serviceEventDetails"))) {
    return "failure";
  }
  // Insights and aggregates speak of many calls at once.
  return own(record, "eventName") === undefined ? "unknown" : "success";
}

function signInFailed(part: JsonValue | undefined): boolean {
  if (!isJsonObject(part)) return false;
  for (const key of SIGN_IN_RESULTS) {
    if (own(part, key) === "Failure") return true;
  }
  return false;
}

function present(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
