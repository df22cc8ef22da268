import type { RelatedKind } from "./types.js";

/**
 * Request parameters that people group by. OpenSearch cannot aggregate on `flat_object`, so these stand beside it as
 * keyword fields under `params.*`.
 */
export const PARAM_NAMES = [
  "access_key_id",
  "bucket_name",
  "db_instance_identifier",
  "function_name",
  "group_id",
  "group_name",
  "host",
  "image_id",
  "instance_id",
  "key",
  "key_id",
  "policy_arn",
  "role_arn",
  "role_name",
  "secret_id",
  "snapshot_id",
  "subnet_id",
  "trail_name",
  "user_name",
  "vpc_id",
] as const;
export type ParamName = (typeof PARAM_NAMES)[number];
export type Params = { readonly [K in ParamName]?: string | readonly string[] };

export interface ParameterUse {
  readonly param?: ParamName;
  readonly related?: RelatedKind;
}

/** What a key directly under `requestParameters` stands for. */
export const REQUEST_PARAMETERS: ReadonlyMap<string, ParameterUse> = new Map<string, ParameterUse>([
  ["accessKeyId", { param: "access_key_id", related: "access_key" }],
  ["bucketName", { param: "bucket_name", related: "bucket" }],
  ["bucket", { related: "bucket" }],
  ["s3BucketName", { related: "bucket" }],
  ["dBInstanceIdentifier", { param: "db_instance_identifier" }],
  ["dbInstanceIdentifier", { param: "db_instance_identifier" }],
  ["functionName", { param: "function_name" }],
  ["groupId", { param: "group_id" }],
  ["groupName", { param: "group_name" }],
  ["Host", { param: "host", related: "hosts" }],
  ["host", { param: "host", related: "hosts" }],
  ["imageId", { param: "image_id" }],
  ["instanceId", { param: "instance_id", related: "instance" }],
  ["InstanceId", { param: "instance_id", related: "instance" }],
  ["instanceIds", { param: "instance_id", related: "instance" }],
  ["key", { param: "key" }],
  ["keyId", { param: "key_id" }],
  ["policyArn", { param: "policy_arn", related: "arn" }],
  ["roleArn", { param: "role_arn", related: "arn" }],
  ["roleName", { param: "role_name", related: "role" }],
  ["secretId", { param: "secret_id" }],
  ["snapshotId", { param: "snapshot_id" }],
  ["dBSnapshotIdentifier", { param: "snapshot_id" }],
  ["subnetId", { param: "subnet_id" }],
  ["trailName", { param: "trail_name" }],
  ["userName", { param: "user_name", related: "user" }],
  ["vpcId", { param: "vpc_id" }],
  ["accountId", { related: "account" }],
  ["accountIds", { related: "account" }],
  ["targetAccountId", { related: "account" }],
]);
