import * as cast from "./cast.js";
import type { Random } from "./random.js";
import { at, type Call } from "./record.js";

const ACCOUNT = cast.PRODUCTION;

/** The second half of the intrusion, with an administrator's rights: blinding the logs, opening the data, covering the traces. */
export function impact(random: Random): Call[] {
  return [...blinding(), ...exposure(random), ...destruction()];
}

/** Logs and detectors. */
function blinding(): Call[] {
  const trail = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/org-trail`;
  const detector = "12abc34d567e8fa901bc2d34e56789f0";
  return [
    {
      ...cast.BY_BACKUP,
      time: at(66, 0),
      service: "cloudtrail",
      name: "StopLogging",
      request: { name: trail },
    },
    {
      ...cast.BY_BACKUP,
      time: at(66, 42),
      service: "guardduty",
      name: "DeleteDetector",
      request: { detectorId: detector },
    },
    {
      ...cast.BY_BACKUP,
      time: at(66, 55),
      service: "guardduty",
      name: "DeleteDetector",
      region: "eu-west-1",
      request: { detectorId: detector.split("").reverse().join("") },
    },
  ];
}

function exposure(random: Random): Call[] {
  const bucket = { bucketName: cast.DATA_BUCKET, Host: `${cast.DATA_BUCKET}.s3.amazonaws.com` };
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "share",
        Effect: "Allow",
        Principal: "*",
        Action: ["s3:GetObject", "s3:ListBucket"],
        Resource: [`arn:aws:s3:::${cast.DATA_BUCKET}`, `arn:aws:s3:::${cast.DATA_BUCKET}/*`],
      },
    ],
  };
  const snapshot = "snap-0d4c3b2a190f8e7d6";
  const everyone = { add: { items: [{ group: "all" }] } };
  const world = { items: [{ cidrIp: "0.0.0.0/0", description: "temp" }] };
  const rule = { ipProtocol: "tcp", fromPort: 22, toPort: 22, groups: {}, ipRanges: world, ipv6Ranges: {} };
  return [
    {
      ...cast.BY_BACKUP,
      time: at(71, 0),
      service: "s3",
      name: "DeleteBucketPublicAccessBlock",
      request: { ...bucket, publicAccessBlock: "" },
    },
    {
      ...cast.BY_BACKUP,
      time: at(71, 20),
      service: "s3",
      name: "PutBucketPolicy",
      request: { ...bucket, bucketPolicy: policy, policy: "" },
    },
    {
      ...cast.BY_BACKUP,
      time: at(71, 50),
      service: "s3",
      name: "PutBucketAcl",
      request: { ...bucket, acl: "", "x-amz-acl": "public-read" },
    },
    {
      ...cast.BY_BACKUP,
      time: at(75, 15),
      service: "ec2",
      name: "AuthorizeSecurityGroupIngress",
      request: { groupId: "sg-0b7e5d3c1a2f49688", ipPermissions: { items: [rule] } },
      response: { requestId: random.uuid(), _return: true },
    },
    {
      ...cast.BY_BACKUP,
      time: at(78, 0),
      service: "ec2",
      name: "CreateSnapshot",
      request: { volumeId: "vol-0123456789abcdef0", description: "migration" },
      response: { snapshotId: snapshot, status: "pending", encrypted: false },
    },
    {
      ...cast.BY_BACKUP,
      time: at(82, 33),
      service: "ec2",
      name: "ModifySnapshotAttribute",
      request: {
        snapshotId: snapshot,
        createVolumePermission: everyone,
        attributeType: "CREATE_VOLUME_PERMISSION",
      },
      response: { requestId: random.uuid(), _return: true },
    },
  ];
}

function destruction(): Call[] {
  return [
    {
      ...cast.BY_BACKUP,
      time: at(95, 0),
      service: "kms",
      name: "ScheduleKeyDeletion",
      request: { keyId: cast.KEY_ID, pendingWindowInDays: 7 },
      response: { keyId: cast.keyArn(), keyState: "PendingDeletion", pendingWindowInDays: 7 },
      more: { resources: [{ accountId: ACCOUNT, type: "AWS::KMS::Key", ARN: cast.keyArn() }] },
    },
    {
      ...cast.BY_BACKUP,
      time: at(96, 10),
      service: "iam",
      name: "DeleteAccessKey",
      request: { userName: "deploy-ci", accessKeyId: cast.KEYS.deploy },
    },
  ];
}
