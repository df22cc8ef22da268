import type { JsonObject } from "../../src/lib/json.js";

/** Account ids of AWS's own documentation, addresses of the ranges that RFC 5737 keeps for it. */
export const PRODUCTION = "111122223333";
export const DEVELOPMENT = "444455556666";
export const SECURITY = "123456789012";
export const ACCOUNTS = [PRODUCTION, DEVELOPMENT, SECURITY] as const;

export const HOME_REGION = "us-east-1";
export const REGIONS = [HOME_REGION, "eu-west-1", "us-west-2"] as const;

export const OFFICE = "192.0.2.44";
export const VPN = "192.0.2.91";
export const BUILD_HOST = "198.51.100.12";
/** Where the stolen key is used from. */
export const INTRUDER = "203.0.113.77";
export const INTRUDER_BROWSER = "203.0.113.142";
/** The instance in the production VPC that the intruder works through. */
export const JUMP_HOST = "10.20.5.23";

export const ENDPOINT = "vpce-0f3a9d1c7b5e2468a";
export const TRAIL_BUCKET = "example-org-cloudtrail";
export const DATA_BUCKET = "example-customer-exports";
export const KEY_ID = "7c1f0b52-93ad-4e0e-8b66-2f1d0a9c5e34";

export const AGENTS = {
  cli: "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.1.0-40-amd64 md/arch#x86_64 lang/python#3.13.7 cfg/retry-mode#standard",
  intruder:
    "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024 prompt/off command/sts.get-caller-identity",
  boto: "Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux#6.1.155 md/arch#aarch64 lang/python#3.12.11",
  terraform:
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.18.0 aws-sdk-go-v2/1.39.4",
  browser:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  java: "aws-sdk-java/2.35.10 md/io#sync md/http#Apache ua/2.1 os/Linux#5.10.245 lang/java#21.0.9",
} as const;

/** Access key ids end in EXAMPLE, so that nobody and no scanner takes them for real ones. */
export const KEYS = {
  deploy: "AKIADEPLOYCI7EXAMPLE",
  backup: "AKIASVCBACKUPEXAMPLE",
  terraform: "AKIATERRAFRM1EXAMPLE",
} as const;

export function iamUser(account: string, name: string, accessKeyId?: string): JsonObject {
  return {
    type: "IAMUser",
    principalId: `AIDA${name.replace(/\W/g, "").toUpperCase().slice(0, 9).padEnd(9, "X")}EXAMPLE`,
    arn: `arn:aws:iam::${account}:user/${name}`,
    accountId: account,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    userName: name,
  };
}

export function assumedRole(
  account: string,
  role: string,
  session: string,
  options: { since: string; mfa?: boolean; invokedBy?: string },
): JsonObject {
  const id = `AROA${role.replace(/\W/g, "").toUpperCase().slice(0, 9).padEnd(9, "X")}EXAMPLE`;
  return {
    type: "AssumedRole",
    principalId: `${id}:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    accountId: account,
    accessKeyId: `ASIA${role.replace(/\W/g, "").toUpperCase().slice(0, 9).padEnd(9, "Q")}EXAMPLE`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: id,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: options.since, mfaAuthenticated: options.mfa === true ? "true" : "false" },
    },
    ...(options.invokedBy === undefined ? {} : { invokedBy: options.invokedBy }),
  };
}

export function awsService(name: string): JsonObject {
  return { type: "AWSService", invokedBy: `${name}.amazonaws.com` };
}

export function root(account: string): JsonObject {
  return { type: "Root", principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account };
}

/** A call by the identity that the intruder made for himself. */
export const BY_BACKUP = {
  who: iamUser(PRODUCTION, "svc-backup", KEYS.backup),
  from: INTRUDER,
  agent: AGENTS.intruder,
  account: PRODUCTION,
};

export function keyArn(): string {
  return `arn:aws:kms:us-east-1:${PRODUCTION}:key/${KEY_ID}`;
}
