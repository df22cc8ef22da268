import { createRandom, type Random } from "../dev/sample/random.js";
import type { JsonObject, JsonValue } from "../src/lib/json.js";
import { SERVICES, type ServiceCalls } from "./matching-services.js";

export const ACCOUNTS = Array.from({ length: 40 }, (_, i) => String(111_122_223_300 + i));
export const REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-2"];
export const AGENTS = [
  "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.23.8 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.210.1 m/E,g",
  "aws-sdk-java/2.20.43 Linux/5.10.205 OpenJDK_64-Bit_Server_VM/17.0.9+9-LTS Java/17.0.9 vendor/Amazon.com_Inc.",
  "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.1.79 md/arch#x86_64 lang/python#3.11.8 cfg/retry-mode#legacy",
  "APN/1.0 HashiCorp/1.0 Terraform/1.7.5 (+https://www.terraform.io) terraform-provider-aws/5.42.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36",
  "aws-cli/2.15.30 md/awscrt#0.19.19 ua/2.0 os/macos#23.4.0 md/arch#arm64 lang/python#3.11.8 exec-env/none",
];
const ERRORS = [
  "AccessDenied",
  "Client.UnauthorizedOperation",
  "ThrottlingException",
  "NoSuchEntityException",
];

/** Calls of AWS services, most frequent first, as lines of JSON: about 1.6 KB each, the same for the same seed. */
export function* benchRecords(count: number, seed = 20_260_101): Generator<string> {
  const random = createRandom(seed);
  for (let i = 0; i < count; i++) yield JSON.stringify(toRecord(random, i));
}

/** The lower the rank, the more frequent. */
function pickRanked<T>(random: Random, items: readonly T[]): T {
  const skewed = Math.floor(items.length * Math.pow(random.int(1_000_000) / 1_000_000, 1.7));
  return items[skewed] as T;
}

function toRecord(random: Random, serial: number): JsonObject {
  const service = pickRanked(random, SERVICES);
  const write = service.writes.length > 0 && random.chance(0.2);
  const name = pickRanked(random, write ? service.writes : service.reads);
  const account = pickRanked(random, ACCOUNTS);
  const region = pickRanked(random, REGIONS);
  const time = new Date(Date.UTC(2026, 0, 5) + serial * 31).toISOString().replace(/\.\d+Z/, "Z");
  const internal = random.chance(0.12);
  const agent = internal ? `${service.service}.amazonaws.com` : pickRanked(random, AGENTS);
  const failed = random.chance(0.04);
  const error = pickRanked(random, ERRORS);
  return {
    eventVersion: "1.11",
    userIdentity: internal
      ? { type: "AWSService", invokedBy: agent }
      : toIdentity(random, account, time.slice(0, 10)),
    eventTime: time,
    eventSource: `${service.service}.amazonaws.com`,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: internal ? agent : `198.51.${random.int(100)}.${random.int(250)}`,
    userAgent: agent,
    ...(failed
      ? {
          errorCode: error,
          errorMessage: `User: arn:aws:iam::${account}:user/someone is not authorized to perform: ${service.service}:${name} on resource: * because no identity-based policy allows it`,
        }
      : {}),
    requestParameters: toRequest(random, service, name, account),
    responseElements: write && !failed ? toResponse(random, service, account) : null,
    ...(service.service === "s3" ? s3Data(random) : {}),
    requestID: random.uuid(),
    eventID: random.uuid(),
    readOnly: !write,
    ...(random.chance(0.4) ? { resources: toResources(random, service, account) } : {}),
    eventType: service.service === "signin" ? "AwsConsoleSignIn" : "AwsApiCall",
    managementEvent: service.service !== "s3",
    recipientAccountId: account,
    ...(random.chance(0.2) ? { sharedEventID: random.uuid() } : {}),
    eventCategory: service.service === "s3" ? "Data" : "Management",
    ...(internal
      ? {}
      : {
          tlsDetails: {
            tlsVersion: "TLSv1.3",
            cipherSuite: "TLS_AES_128_GCM_SHA256",
            clientProvidedHostHeader: `${service.service}.${region}.amazonaws.com`,
          },
        }),
    ...(agent.startsWith("Mozilla") ? { sessionCredentialFromConsole: "true" } : {}),
  };
}

function toIdentity(random: Random, account: string, day: string): JsonObject {
  if (random.chance(0.002)) {
    const arn = `arn:aws:iam::${account}:root`;
    return { type: "Root", principalId: account, arn, accountId: account, accessKeyId: "" };
  }
  if (random.chance(0.15)) {
    const name = `user-${random.int(300)}`;
    return {
      type: "IAMUser",
      principalId: `AIDAEXAMPLE${random.code(10)}`,
      arn: `arn:aws:iam::${account}:user/${name}`,
      accountId: account,
      accessKeyId: `AKIAEXAMPLE${random.code(9)}`,
      userName: name,
    };
  }
  const role = `app-${random.int(120)}-role`;
  const session = random.chance(0.5) ? `i-0${random.hex(16)}` : `person-${random.int(200)}@example.com`;
  const principal = `AROAEXAMPLE${random.code(10)}`;
  return {
    type: "AssumedRole",
    principalId: `${principal}:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    accountId: account,
    accessKeyId: `ASIAEXAMPLE${random.code(9)}`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: principal,
        arn: `arn:aws:iam::${account}:role/service/${role}`,
        accountId: account,
        userName: role,
      },
      webIdFederationData: {},
      attributes: {
        creationDate: `${day}T00:10:00Z`,
        mfaAuthenticated: random.chance(0.3) ? "true" : "false",
      },
      ...(random.chance(0.3) ? { ec2RoleDelivery: "2.0" } : {}),
    },
  };
}

function toRequest(random: Random, service: ServiceCalls, name: string, account: string): JsonValue {
  if (random.chance(0.1)) return null;
  const target = `${service.service}-${name.toLowerCase()}-${random.int(500)}`;
  switch (service.service) {
    case "s3":
      return {
        bucketName: `data-${random.int(200)}`,
        Host: `data-${random.int(200)}.s3.amazonaws.com`,
        key: `exports/2026/01/${random.hex(12)}/part-${random.int(10_000)}.snappy.parquet`,
        "x-amz-request-payer": "requester",
      };
    case "sts":
      return {
        roleArn: `arn:aws:iam::${account}:role/service/app-${random.int(120)}-role`,
        roleSessionName: `session-${random.int(10_000)}`,
        durationSeconds: 3600,
      };
    case "ec2":
      return {
        instancesSet: {
          items: [{ instanceId: `i-0${random.hex(16)}` }, { instanceId: `i-0${random.hex(16)}` }],
        },
        filterSet: {
          items: [{ name: "tag:team", valueSet: { items: [{ value: `team-${random.int(40)}` }] } }],
        },
        maxResults: 100,
      };
    case "kms":
      return {
        keyId: `arn:aws:kms:us-east-1:${account}:key/${random.uuid()}`,
        encryptionAlgorithm: "SYMMETRIC_DEFAULT",
        encryptionContext: { "aws:s3:arn": `arn:aws:s3:::data-${random.int(200)}/exports` },
      };
    default:
      return {
        name: target,
        resourceArn: `arn:aws:${service.service}:us-east-1:${account}:thing/${target}`,
        tags: [
          { key: "team", value: `team-${random.int(40)}` },
          { key: "environment", value: random.pick(["production", "staging", "test"]) },
        ],
        description: `Made for team-${random.int(40)} by the nightly pipeline; see the runbook before changing anything here, and tell the owner. Ticket OPS-${random.int(100_000)}.`,
        maxResults: random.int(1000),
        clientToken: random.uuid(),
      };
  }
}

function toResponse(random: Random, service: ServiceCalls, account: string): JsonObject {
  return {
    requestId: random.uuid(),
    _return: true,
    arn: `arn:aws:${service.service}:us-east-1:${account}:thing/${random.hex(12)}`,
    status: random.pick(["ACTIVE", "PENDING", "CREATING"]),
  };
}

function s3Data(random: Random): JsonObject {
  return {
    additionalEventData: {
      SignatureVersion: "SigV4",
      CipherSuite: "TLS_AES_128_GCM_SHA256",
      bytesTransferredIn: 0,
      AuthenticationMethod: "AuthHeader",
      "x-amz-id-2": random.word(76),
      bytesTransferredOut: random.int(1_000_000),
    },
  };
}

function toResources(random: Random, service: ServiceCalls, account: string): JsonValue {
  const arn = `arn:aws:${service.service}:us-east-1:${account}:thing/${random.hex(16)}`;
  return [{ accountId: account, type: `AWS::${service.service.toUpperCase()}::Thing`, ARN: arn }];
}
