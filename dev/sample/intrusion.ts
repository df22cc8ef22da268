import type { JsonObject } from "../../src/lib/json.js";
import * as cast from "./cast.js";
import { impact } from "./impact.js";
import type { Random } from "./random.js";
import { at, consoleSignIn, endpointEvent, toRecord, type Call } from "./record.js";

const ACCOUNT = cast.PRODUCTION;
const DEPLOY = cast.iamUser(ACCOUNT, "deploy-ci", cast.KEYS.deploy);
const BACKUP_ON_CONSOLE = cast.iamUser(ACCOUNT, "svc-backup");

const BY_DEPLOY = { who: DEPLOY, from: cast.INTRUDER, agent: cast.AGENTS.intruder, account: ACCOUNT };
const SIGN_IN = { service: "signin", name: "ConsoleLogin", agent: cast.AGENTS.browser, account: ACCOUNT };

/**
 * What an intruder does with the leaked key of a build user, in order: looks around, tries the VPC
 * endpoint, makes a second identity, signs in, blinds the logs, opens the data and covers the traces.
 */
export function intrusion(random: Random): JsonObject[] {
  const calls = [
    ...discovery(),
    ...throughTheEndpoint(random),
    ...secondIdentity(),
    ...consoleAccess(),
    ...impact(random),
  ];
  return calls.map((call) => toRecord(call, random));
}

function discovery(): Call[] {
  const denied = (action: string): { error: [string, string] } => ({
    error: [
      "AccessDenied",
      `User: arn:aws:iam::${ACCOUNT}:user/deploy-ci is not authorized to perform: ${action} because no identity-based policy allows it`,
    ],
  });
  const steps: [service: string, name: string, more?: Partial<Call>][] = [
    ["sts", "GetCallerIdentity"],
    ["iam", "GetAccountSummary", denied("iam:GetAccountSummary")],
    ["iam", "ListUsers", { request: { maxItems: 100 } }],
    ["iam", "ListRoles"],
    ["iam", "ListAttachedUserPolicies", { request: { userName: "deploy-ci" } }],
    ["s3", "ListBuckets", { request: { Host: "s3.amazonaws.com" } }],
    ["ec2", "DescribeInstances", { request: { instancesSet: {}, filterSet: {} } }],
    ["ec2", "DescribeSnapshots", { request: { snapshotSet: {}, ownersSet: { items: [{ owner: "self" }] } } }],
    ["secretsmanager", "ListSecrets"],
    ["organizations", "ListAccounts", denied("organizations:ListAccounts")],
    ["cloudtrail", "DescribeTrails", { request: { includeShadowTrails: true, trailNameList: [] } }],
    ["guardduty", "ListDetectors"],
    ["kms", "ListKeys"],
  ];
  return steps.map(([service, name, more], i) => ({
    ...BY_DEPLOY,
    time: at(34, i * 4),
    service,
    name,
    ...more,
  }));
}

/** From an instance in the VPC that the intruder can reach: first refused by the endpoint's policy, then allowed. */
function throughTheEndpoint(random: Random): Call[] {
  const who = cast.assumedRole(ACCOUNT, "app-backend", "i-0a1b2c3d4e5f60718", { since: at(20) });
  const outside: JsonObject = {
    type: "AWSAccount",
    principalId: who["principalId"] ?? null,
    accountId: ACCOUNT,
  };
  const common = { from: cast.JUMP_HOST, agent: cast.AGENTS.boto, account: ACCOUNT };
  const more = endpointEvent(ACCOUNT, cast.ENDPOINT);
  const refused: [string, string][] = [
    ["s3", "PutObject"],
    ["s3", "PutObject"],
    ["secretsmanager", "BatchGetSecretValue"],
    ["kms", "CreateGrant"],
    ["ec2", "DescribeVpcEndpoints"],
    ["s3", "GetObject"],
  ];
  const allowed: [string, string][] = [
    ["ec2", "DescribeInstances"],
    ["ec2", "DescribeNetworkInterfaces"],
    ["s3", "ListAllMyBuckets"],
    ["secretsmanager", "GetSecretValue"],
    ["secretsmanager", "GetSecretValue"],
    ["kms", "Decrypt"],
    ["kms", "Decrypt"],
    ["kms", "GenerateDataKey"],
    ["secretsmanager", "GetSecretValue"],
  ];
  return [
    ...refused.map(([service, name], i): Call => {
      const error = ["VpceAccessDenied", "The request was denied due to a VPC endpoint policy"] as const;
      return { ...common, who: outside, time: at(41, i * 9), service, name, error, more };
    }),
    ...allowed.map(([service, name], i): Call => {
      const resources = resourcesOf(service, random);
      return { ...common, who, time: at(44, i * 11), service, name, more: { ...more, ...resources } };
    }),
  ];
}

function secondIdentity(): Call[] {
  const created = "Nov 2, 2026, 8:52:10 AM";
  return [
    {
      ...BY_DEPLOY,
      time: at(52, 10),
      service: "iam",
      name: "CreateAccessKey",
      request: { userName: "svc-backup" },
      response: {
        accessKey: {
          userName: "svc-backup",
          accessKeyId: cast.KEYS.backup,
          status: "Active",
          createDate: created,
        },
      },
    },
    {
      ...BY_DEPLOY,
      time: at(53, 2),
      service: "iam",
      name: "AttachUserPolicy",
      request: { userName: "svc-backup", policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
    },
    {
      ...BY_DEPLOY,
      time: at(53, 40),
      service: "iam",
      name: "CreateLoginProfile",
      request: { userName: "svc-backup", passwordResetRequired: false },
      response: {
        loginProfile: { userName: "svc-backup", createDate: created, passwordResetRequired: false },
      },
    },
    { ...cast.BY_BACKUP, time: at(54, 20), service: "sts", name: "GetCallerIdentity" },
  ];
}

function consoleAccess(): Call[] {
  return [
    {
      ...SIGN_IN,
      who: BACKUP_ON_CONSOLE,
      time: at(58, 5),
      from: cast.INTRUDER_BROWSER,
      readOnly: false,
      response: { ConsoleLogin: "Success" },
      more: consoleSignIn("No"),
    },
    {
      ...SIGN_IN,
      who: cast.root(ACCOUNT),
      time: at(60, 30),
      from: cast.INTRUDER_BROWSER,
      readOnly: false,
      response: { ConsoleLogin: "Failure" },
      // A failed sign-in has a message and no code.
      more: { ...consoleSignIn("No"), errorMessage: "Failed authentication" },
    },
    {
      ...SIGN_IN,
      who: cast.root(ACCOUNT),
      time: at(61, 12),
      from: cast.INTRUDER_BROWSER,
      readOnly: false,
      response: { ConsoleLogin: "Success" },
      more: consoleSignIn("No"),
    },
  ];
}

function resourcesOf(service: string, random: Random): JsonObject {
  const name = random.pick(["orders", "crm"]);
  const secret = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:prod/${name}`;
  if (service === "kms")
    return { resources: [{ accountId: ACCOUNT, type: "AWS::KMS::Key", ARN: cast.keyArn() }] };
  if (service !== "secretsmanager") return {};
  return { resources: [{ accountId: ACCOUNT, type: "AWS::SecretsManager::Secret", ARN: secret }] };
}
