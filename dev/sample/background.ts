import type { JsonObject } from "../../src/lib/json.js";
import * as cast from "./cast.js";
import type { Random } from "./random.js";
import { at, endpointEvent, s3DataEvent, toRecord, type Call } from "./record.js";

type Where = Pick<Call, "time" | "account" | "region">;
/** One kind of everyday activity; a higher weight makes it more frequent. */
interface Kind {
  readonly weight: number;
  readonly make: (random: Random, where: Where & { region: string }) => Call;
}

/** The shift began before the sample does. */
const SHIFT = at(-40);

const KINDS: readonly Kind[] = [
  { weight: 9, make: describeCall },
  { weight: 7, make: objectAccess },
  { weight: 6, make: serviceAssumesRole },
  { weight: 4, make: internalCall },
  { weight: 3, make: terraformRead },
  { weight: 3, make: endpointRead },
  { weight: 2, make: decryptForService },
  { weight: 1, make: deniedRead },
];

/** Ordinary work of two hours: nothing here should raise an alert. */
export function background(random: Random, count: number): JsonObject[] {
  const bag = KINDS.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  return Array.from({ length: count }, (_, i) => {
    const time = at((i * 118) / count, random.int(40));
    const kind = bag[random.int(bag.length)] ?? bag[0];
    if (kind === undefined) throw new Error("no kinds");
    const account = random.pick([cast.PRODUCTION, cast.PRODUCTION, ...cast.ACCOUNTS]);
    const region = random.pick([cast.HOME_REGION, ...cast.REGIONS]);
    return toRecord(kind.make(random, { time, account, region }), random);
  });
}

function engineer(random: Random, account: string): JsonObject {
  const name = random.pick(["mia.keller", "jon.park", "ana.silva", "lee.wong"]);
  return cast.assumedRole(account, "Engineer", name, { since: SHIFT, mfa: true });
}

function describeCall(random: Random, where: Where): Call {
  const [service, name, request] = random.pick<readonly [string, string, JsonObject | null]>([
    ["ec2", "DescribeSecurityGroups", { securityGroupSet: {}, securityGroupIdSet: {}, filterSet: {} }],
    ["ec2", "DescribeVolumes", { volumeSet: {}, filterSet: {} }],
    ["cloudwatch", "DescribeAlarms", { maxRecords: 100 }],
    ["logs", "DescribeLogGroups", { limit: 50 }],
    ["rds", "DescribeDBInstances", null],
    ["elasticloadbalancing", "DescribeLoadBalancers", { pageSize: 100 }],
    ["lambda", "ListFunctions20150331", { maxItems: 50 }],
    ["iam", "GetRole", { roleName: "app-backend" }],
    ["cloudtrail", "DescribeTrails", { includeShadowTrails: false, trailNameList: [] }],
    ["ecs", "ListTasks", { cluster: "web", maxResults: 100 }],
  ]);
  const who = engineer(random, where.account);
  return { ...where, who, service, name, from: cast.OFFICE, agent: cast.AGENTS.browser, request };
}

function objectAccess(random: Random, where: Where): Call {
  const bucket = random.pick([cast.DATA_BUCKET, "example-web-assets"]);
  const key = `exports/2026/11/02/part-${String(random.int(60)).padStart(4, "0")}.parquet`;
  const write = random.chance(0.3);
  return {
    ...where,
    who: cast.assumedRole(where.account, "app-backend", `i-0${random.hex(16)}`, { since: at(-20) }),
    service: "s3",
    name: write ? "PutObject" : "GetObject",
    from: `10.20.${random.int(4)}.${10 + random.int(200)}`,
    agent: `[${cast.AGENTS.java}]`,
    request: { bucketName: bucket, key, Host: `${bucket}.s3.amazonaws.com` },
    response: write ? { "x-amz-server-side-encryption": "AES256" } : null,
    more: s3DataEvent(where.account, bucket, key, write ? 0 : 4096 + random.int(900_000)),
  };
}

function serviceAssumesRole(random: Random, where: Where & { region: string }): Call {
  const [service, role] = random.pick<readonly [string, string]>([
    ["ec2", "app-backend"],
    ["lambda", "order-worker"],
    ["ecs-tasks", "web-task"],
    ["config", "AWSServiceRoleForConfig"],
  ]);
  const arn = `arn:aws:iam::${where.account}:role/${role}`;
  const session = `i-0${random.hex(16)}`;
  const key = `ASIA${random.code(9)}EXAMPLE`;
  return {
    ...where,
    who: cast.awsService(service),
    service: "sts",
    name: "AssumeRole",
    from: `${service}.amazonaws.com`,
    agent: `${service}.amazonaws.com`,
    request: { roleArn: arn, roleSessionName: session, durationSeconds: 3600 },
    response: {
      credentials: { accessKeyId: key, sessionToken: random.hex(40), expiration: "Nov 2, 2026, 3:00:00 PM" },
      assumedRoleUser: {
        assumedRoleId: `AROA${random.code(9)}EXAMPLE:${session}`,
        arn: `arn:aws:sts::${where.account}:assumed-role/${role}/${session}`,
      },
    },
    more: {
      sharedEventID: random.uuid(),
      resources: [{ accountId: where.account, type: "AWS::IAM::Role", ARN: arn }],
    },
  };
}

function internalCall(random: Random, where: Where & { region: string }): Call {
  const role = "AWSServiceRoleForAutoScaling";
  return {
    ...where,
    who: cast.assumedRole(where.account, role, "AutoScaling", {
      since: at(-5),
      invokedBy: "autoscaling.amazonaws.com",
    }),
    service: "elasticloadbalancing",
    name: "DescribeTargetHealth",
    from: random.chance(0.5) ? "AWS Internal" : "autoscaling.amazonaws.com",
    agent: "autoscaling.amazonaws.com",
    request: {
      targetGroupArn: `arn:aws:elasticloadbalancing:${where.region}:${where.account}:targetgroup/web/0f1e2d3c4b5a6978`,
    },
  };
}

function terraformRead(random: Random, where: Where): Call {
  const who = cast.iamUser(where.account, "terraform", cast.KEYS.terraform);
  const name = random.pick(["GetBucketTagging", "GetBucketVersioning", "GetBucketEncryption"]);
  const request = { bucketName: "example-web-assets", Host: "s3.amazonaws.com" };
  return { ...where, who, service: "s3", name, from: cast.BUILD_HOST, agent: cast.AGENTS.terraform, request };
}

function endpointRead(random: Random, where: Where): Call {
  const who = cast.assumedRole(where.account, "app-backend", `i-0${random.hex(16)}`, { since: at(-20) });
  const [service, name] = random.pick<readonly [string, string]>([
    ["s3", "GetObject"],
    ["kms", "DescribeKey"],
    ["secretsmanager", "DescribeSecret"],
  ]);
  const from = `10.20.1.${10 + random.int(200)}`;
  const more = endpointEvent(where.account, cast.ENDPOINT);
  return { ...where, who, service, name, from, agent: cast.AGENTS.java, more };
}

function decryptForService(random: Random, where: Where & { region: string }): Call {
  const arn = `arn:aws:kms:${where.region}:${where.account}:key/${cast.KEY_ID}`;
  return {
    ...where,
    who: cast.assumedRole(where.account, "order-worker", `order-worker-${random.hex(6)}`, {
      since: at(-20),
      invokedBy: "secretsmanager.amazonaws.com",
    }),
    service: "kms",
    name: "Decrypt",
    from: "secretsmanager.amazonaws.com",
    agent: "secretsmanager.amazonaws.com",
    request: {
      encryptionAlgorithm: "SYMMETRIC_DEFAULT",
      encryptionContext: {
        SecretARN: `arn:aws:secretsmanager:${where.region}:${where.account}:secret:orders`,
      },
    },
    more: { resources: [{ accountId: where.account, type: "AWS::KMS::Key", ARN: arn }] },
  };
}

function deniedRead(_random: Random, where: Where): Call {
  return {
    ...where,
    who: cast.assumedRole(where.account, "Engineer", "mia.keller", { since: SHIFT, mfa: true }),
    service: "organizations",
    name: "ListAccounts",
    from: cast.VPN,
    agent: cast.AGENTS.cli,
    error: [
      "AccessDenied",
      `User: arn:aws:sts::${where.account}:assumed-role/Engineer/mia.keller is not authorized to perform: organizations:ListAccounts because no identity-based policy allows it`,
    ],
  };
}
