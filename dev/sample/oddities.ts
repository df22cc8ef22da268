import type { JsonObject } from "../../src/lib/json.js";
import * as cast from "./cast.js";
import type { Random } from "./random.js";
import { at, toRecord } from "./record.js";

/** Rightful records in the shapes that break naive pipelines, each seen in real trails. */
export function oddities(random: Random): JsonObject[] {
  const twice = toRecord(
    {
      time: at(47, 12),
      who: cast.iamUser(cast.PRODUCTION, "terraform", cast.KEYS.terraform),
      service: "ec2",
      name: "DescribeVpcs",
      from: cast.BUILD_HOST,
      agent: cast.AGENTS.terraform,
      account: cast.PRODUCTION,
      request: { vpcSet: {}, filterSet: {} },
    },
    random,
  );
  return [scalarResponse(random), noIdentityType(random), rotation(random), dottedKeys(random), twice, twice];
}

/** `responseElements` as a bare string where other events have an object. */
function scalarResponse(random: Random): JsonObject {
  return toRecord(
    {
      time: at(29, 41),
      who: cast.iamUser(cast.DEVELOPMENT, "terraform", cast.KEYS.terraform),
      service: "apigateway",
      name: "UpdateStage",
      from: cast.BUILD_HOST,
      agent: cast.AGENTS.terraform,
      account: cast.DEVELOPMENT,
      region: "eu-west-1",
      request: { restApiId: "a1b2c3d4e5", stageName: "test", template: false },
      response: "The stage was updated.",
    },
    random,
  );
}

/** An identity that says who invoked and nothing else. */
function noIdentityType(random: Random): JsonObject {
  return toRecord(
    {
      time: at(33, 0),
      who: { accountId: cast.SECURITY, invokedBy: "AWS Internal" },
      service: "cloudtrail",
      name: "GetTrailStatus",
      from: "AWS Internal",
      agent: "AWS Internal",
      account: cast.SECURITY,
    },
    random,
  );
}

/** A service event: nobody called an API. */
function rotation(random: Random): JsonObject {
  const resources = [
    {
      accountId: cast.SECURITY,
      type: "AWS::KMS::Key",
      ARN: `arn:aws:kms:eu-west-1:${cast.SECURITY}:key/${random.uuid()}`,
    },
  ];
  return toRecord(
    {
      time: at(50, 0),
      who: { accountId: cast.SECURITY, invokedBy: "AWS Internal" },
      service: "kms",
      name: "RotateKey",
      from: "AWS Internal",
      agent: "AWS Internal",
      account: cast.SECURITY,
      region: "eu-west-1",
      readOnly: false,
      more: { eventType: "AwsServiceEvent", serviceEventDetails: { rotationType: "AUTOMATIC" }, resources },
    },
    random,
  );
}

/** Keys with colons, dots and dashes. */
function dottedKeys(random: Random): JsonObject {
  const trail = `arn:aws:cloudtrail:us-east-1:${cast.SECURITY}:trail/org-trail`;
  return toRecord(
    {
      time: at(63, 30),
      who: cast.awsService("cloudtrail"),
      service: "kms",
      name: "GenerateDataKey",
      from: "cloudtrail.amazonaws.com",
      agent: "cloudtrail.amazonaws.com",
      account: cast.SECURITY,
      request: {
        keySpec: "AES_256",
        encryptionContext: { "aws:cloudtrail:arn": trail, "aws:s3:arn": `arn:aws:s3:::${cast.TRAIL_BUCKET}` },
        "resource.resourceType": "trail",
      },
      more: { sharedEventID: random.uuid() },
    },
    random,
  );
}

/** An Insights event: no name and no identity at the top, and numbers in exponent form. */
export function insight(random: Random): JsonObject {
  const attribution = (value: string, average: number): JsonObject => ({ value, average });
  const principal = `arn:aws:iam::${cast.PRODUCTION}:user/deploy-ci`;
  const common = {
    sharedEventID: random.uuid(),
    recipientAccountId: cast.PRODUCTION,
    awsRegion: cast.HOME_REGION,
  };
  return {
    eventVersion: "1.09",
    eventTime: at(36),
    eventID: random.uuid(),
    eventType: "AwsCloudTrailInsight",
    ...common,
    insightDetails: {
      state: "Start",
      eventSource: "iam.amazonaws.com",
      eventName: "ListUsers",
      insightType: "ApiCallRateInsight",
      insightContext: {
        statistics: {
          baseline: { average: 9.8e-8 },
          insight: { average: 6.5 },
          insightDuration: 2,
          baselineDuration: 10165,
        },
        attributions: [
          {
            attribute: "userIdentityArn",
            insight: [attribution(principal, 6.5)],
            baseline: [attribution(`arn:aws:iam::${cast.PRODUCTION}:user/terraform`, 9.8e-8)],
          },
          {
            attribute: "errorCode",
            insight: [attribution("null", 6.5)],
            baseline: [attribution("null", 9.8e-8)],
          },
        ],
      },
    },
    eventCategory: "Insight",
  };
}
