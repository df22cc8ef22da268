import type { JsonObject } from "../../src/lib/json.js";
import * as cast from "./cast.js";
import type { Random } from "./random.js";
import { at, consoleSignIn, toRecord, type Call } from "./record.js";

/** Rightful changes that look like the intruder's: rules that are too wide raise alerts on them. */
export function nearMisses(random: Random): JsonObject[] {
  const admin = cast.assumedRole(cast.PRODUCTION, "PlatformAdmin", "ana.silva", {
    since: at(-40),
    mfa: true,
  });
  const common = { who: admin, from: cast.OFFICE, agent: cast.AGENTS.browser, account: cast.PRODUCTION };
  const inside = { items: [{ cidrIp: "10.20.0.0/16", description: "from the VPC" }] };
  const bucket = { bucketName: "example-web-assets", Host: "example-web-assets.s3.amazonaws.com" };
  const calls: Call[] = [
    {
      ...common,
      who: cast.iamUser(cast.DEVELOPMENT, "lee.wong"),
      account: cast.DEVELOPMENT,
      time: at(3, 20),
      service: "signin",
      name: "ConsoleLogin",
      readOnly: false,
      response: { ConsoleLogin: "Success" },
      more: consoleSignIn("Yes"),
    },
    {
      // Single sign-on checks the second factor itself; the console then says "No".
      ...common,
      time: at(1, 8),
      service: "signin",
      name: "ConsoleLogin",
      readOnly: false,
      response: { ConsoleLogin: "Success" },
      more: consoleSignIn("No"),
    },
    {
      ...common,
      time: at(12, 30),
      service: "ec2",
      name: "AuthorizeSecurityGroupIngress",
      request: {
        groupId: "sg-0aa11bb22cc33dd44",
        ipPermissions: {
          items: [{ ipProtocol: "tcp", fromPort: 5432, toPort: 5432, groups: {}, ipRanges: inside }],
        },
      },
      response: { requestId: random.uuid(), _return: true },
    },
    {
      ...common,
      time: at(14, 0),
      service: "ec2",
      name: "ModifySnapshotAttribute",
      request: {
        snapshotId: "snap-0fedcba9876543210",
        createVolumePermission: { add: { items: [{ userId: cast.DEVELOPMENT }] } },
        attributeType: "CREATE_VOLUME_PERMISSION",
      },
      response: { requestId: random.uuid(), _return: true },
    },
    {
      ...common,
      time: at(17, 45),
      service: "s3",
      name: "PutBucketAcl",
      request: { ...bucket, acl: "", "x-amz-acl": "private" },
    },
    {
      ...common,
      time: at(25, 5),
      service: "iam",
      name: "AttachRolePolicy",
      request: { roleName: "app-backend", policyArn: "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess" },
    },
    {
      ...common,
      time: at(108, 0),
      service: "cloudtrail",
      name: "StartLogging",
      request: { name: `arn:aws:cloudtrail:us-east-1:${cast.PRODUCTION}:trail/org-trail` },
    },
    {
      ...common,
      time: at(109, 30),
      service: "kms",
      name: "CancelKeyDeletion",
      request: { keyId: cast.KEY_ID },
      response: { keyId: `arn:aws:kms:us-east-1:${cast.PRODUCTION}:key/${cast.KEY_ID}` },
    },
  ];
  return calls.map((call) => toRecord(call, random));
}
