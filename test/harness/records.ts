import type { JsonObject } from "../../src/lib/json.js";

/** A plain, harmless CloudTrail record of one day ago; tests name what matters to them. */
export function record(eventID: string, fields: JsonObject = {}): JsonObject {
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLE",
      arn: "arn:aws:iam::111122223333:user/maya",
      accountId: "111122223333",
      accessKeyId: "AKIAEXAMPLE",
      userName: "maya",
    },
    eventTime: new Date(Math.floor(Date.now() / 1000) * 1000 - 86_400_000)
      .toISOString()
      .replace(".000Z", "Z"),
    eventSource: "kms.amazonaws.com",
    eventName: "ListKeys",
    awsRegion: "eu-central-1",
    sourceIPAddress: "198.51.100.7",
    userAgent: "aws-cli/2.17.32",
    requestParameters: null,
    responseElements: null,
    requestID: `r-${eventID}`,
    eventID,
    readOnly: true,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "111122223333",
    eventCategory: "Management",
    ...fields,
  };
}

/** Hits "VPC Endpoint Access Denied" (medium, T1599 and T1526). */
export function deniedRecord(eventID: string, fields: JsonObject = {}): JsonObject {
  return record(eventID, {
    eventType: "AwsVpceEvent",
    eventCategory: "NetworkActivity",
    errorCode: "VpceAccessDenied",
    errorMessage: "The request was denied due to a VPC endpoint policy",
    vpcEndpointId: "vpce-0123456789abcdef0",
    ...fields,
  });
}

/** A bulk body, one `create` for each document. */
export function bulkBody(documents: readonly unknown[]): string {
  return documents.map((document) => `{"create":{}}\n${JSON.stringify(document)}\n`).join("");
}
