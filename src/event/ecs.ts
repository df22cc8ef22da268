import { isIP } from "node:net";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
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

/** ECS fields of a record; what the record does not say is left out. */
export function toEcs(input: EcsInput): EcsFields {
  const { record } = input;
  const insight = own(record, "insightDetails");
  const told = isJsonObject(insight) ? insight : record;
  const action = text(own(record, "eventName")) ?? text(own(told, "eventName"));
  const provider = text(own(record, "eventSource")) ?? text(own(told, "eventSource"));
  const region = text(own(record, "awsRegion"));
  const identity = own(record, "userIdentity");
  const userId = isJsonObject(identity) ? text(own(identity, "principalId")) : undefined;
  const address = text(own(record, "sourceIPAddress"));
  const agent = text(own(record, "userAgent"));
  return {
    "@timestamp": input.timestamp,
    event: {
      id: input.id,
      kind: "event",
      ...(action === undefined ? undefined : { action }),
      ...(provider === undefined ? undefined : { provider }),
      outcome: toOutcome(record),
      ingested: input.ingested,
    },
    cloud: {
      provider: "aws",
      ...(input.account === undefined ? undefined : { account: { id: input.account } }),
      ...(region === undefined ? undefined : { region }),
    },
    ...(address === undefined
      ? undefined
      : { source: isIP(address) === 0 ? { address } : { address, ip: address } }),
    ...(userId === undefined && input.actor === undefined
      ? undefined
      : {
          user: {
            ...(userId === undefined ? undefined : { id: userId }),
            ...(input.actor === undefined ? undefined : { name: input.actor }),
          },
        }),
    ...(agent === undefined ? undefined : { user_agent: { original: agent } }),
    ...(input.related === undefined ? undefined : { related: input.related }),
  };
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

function toOutcome(record: JsonObject): "success" | "failure" | "unknown" {
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
