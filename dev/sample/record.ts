import type { JsonObject, JsonValue } from "../../src/lib/json.js";
import { HOME_REGION } from "./cast.js";
import type { Random } from "./random.js";

/** All events lie in the two hours from here. */
export const STORY_START = Date.UTC(2026, 10, 2, 8, 0, 0);

/** ISO 8601 in whole seconds, as CloudTrail writes it. */
export function at(minutes: number, seconds = 0): string {
  return new Date(STORY_START + (minutes * 60 + seconds) * 1000).toISOString().replace(".000Z", "Z");
}

/** What differs between one API call and the next; everything else follows from it. */
export interface Call {
  readonly time: string;
  readonly who: JsonObject;
  /** Short name, without .amazonaws.com. */
  readonly service: string;
  readonly name: string;
  readonly from: string;
  readonly agent: string;
  readonly account: string;
  readonly region?: string;
  readonly readOnly?: boolean;
  readonly request?: JsonValue;
  readonly response?: JsonValue;
  readonly error?: readonly [code: string, message: string];
  /** Further fields, in CloudTrail's own names; they win over the derived ones. */
  readonly more?: JsonObject;
}

const READS = /^(Get|List|Describe|Head|Lookup|Decrypt|GenerateDataKey|AssumeRole|ConsoleLogin)/;

/** A management event as CloudTrail delivers it. */
export function toRecord(call: Call, random: Random): JsonObject {
  const region = call.region ?? HOME_REGION;
  const byConsole = call.agent.startsWith("Mozilla");
  const internal = call.agent.endsWith(".amazonaws.com") || call.from === "AWS Internal";
  return {
    eventVersion: "1.11",
    userIdentity: call.who,
    eventTime: call.time,
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.name,
    awsRegion: region,
    sourceIPAddress: call.from,
    userAgent: call.agent,
    ...(call.error === undefined ? {} : { errorCode: call.error[0], errorMessage: call.error[1] }),
    requestParameters: call.request ?? null,
    responseElements: call.response ?? null,
    requestID: call.service === "s3" ? random.code(16) : random.uuid(),
    eventID: random.uuid(),
    readOnly: call.readOnly ?? READS.test(call.name),
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: call.account,
    eventCategory: "Management",
    ...(internal
      ? {}
      : {
          tlsDetails: {
            tlsVersion: "TLSv1.3",
            cipherSuite: "TLS_AES_128_GCM_SHA256",
            clientProvidedHostHeader: `${call.service}.${region}.amazonaws.com`,
          },
        }),
    ...(byConsole && call.service !== "signin" ? { sessionCredentialFromConsole: "true" } : {}),
    ...call.more,
  };
}

/** Fields of a data event on an object in a bucket. */
export function s3DataEvent(account: string, bucket: string, key: string, bytes: number): JsonObject {
  return {
    additionalEventData: {
      SignatureVersion: "SigV4",
      CipherSuite: "TLS_AES_128_GCM_SHA256",
      bytesTransferredIn: 0,
      AuthenticationMethod: "AuthHeader",
      bytesTransferredOut: bytes,
    },
    resources: [
      { type: "AWS::S3::Object", ARN: `arn:aws:s3:::${bucket}/${key}` },
      { accountId: account, type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${bucket}` },
    ],
    managementEvent: false,
    eventCategory: "Data",
  };
}

/** Fields of a call that went through a VPC endpoint, as network activity events have them. */
export function endpointEvent(account: string, endpoint: string): JsonObject {
  return {
    eventType: "AwsVpceEvent",
    managementEvent: false,
    eventCategory: "NetworkActivity",
    vpcEndpointId: endpoint,
    vpcEndpointAccountId: account,
  };
}

/** Fields of a sign-in to the console. */
export function consoleSignIn(mfa: "Yes" | "No"): JsonObject {
  return {
    eventType: "AwsConsoleSignIn",
    additionalEventData: {
      LoginTo: "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true",
      MobileVersion: "No",
      MFAUsed: mfa,
    },
    tlsDetails: {
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: "us-east-1.signin.aws.amazon.com",
    },
  };
}
