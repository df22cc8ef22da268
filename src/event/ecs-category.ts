import { own, type JsonObject } from "../lib/json.js";

/** What Elastic's CloudTrail pipeline says of an event besides its name; most events have only the type `info`. */
interface Categorisation {
  readonly category: readonly string[];
  readonly type: readonly string[];
}

const UNCATEGORISED: Categorisation = { category: [], type: ["info"] };

/** By categories and types, the event names that have them. */
const GROUPS: readonly (readonly [category: string, types: readonly string[], names: string])[] = [
  ["authentication", ["info"], "AssumeRole ConsoleLogin"],
  ["file", ["creation"], "CreateBucket"],
  ["file", ["deletion"], "DeleteBucket"],
  ["iam", ["admin", "creation"], "CreateKeyPair"],
  [
    "iam",
    ["admin", "change"],
    "SetDefaultPolicyVersion SetSecurityTokenServicePreferences UpdateAccountPasswordPolicy UpdateRole",
  ],
  ["iam", ["group", "creation"], "CreateGroup"],
  ["iam", ["group", "deletion"], "DeleteGroup"],
  [
    "iam",
    ["group", "change"],
    "AddUserToGroup AttachGroupPolicy DeleteGroupPolicy DetachGroupPolicy PutGroupPolicy RemoveUserFromGroup UpdateGroup",
  ],
  [
    "iam",
    ["group", "info"],
    "GetGroup GetGroupPolicy ListAttachedGroupPolicies ListGroupPolicies ListGroups",
  ],
  ["iam", ["user", "creation"], "CreateUser"],
  ["iam", ["user", "deletion"], "DeleteUser"],
  [
    "iam",
    ["user", "change"],
    "AttachUserPolicy ChangePassword CreateAccessKey CreateVirtualMFADevice DeactivateMFADevice DeleteAccessKey " +
      "DeleteSSHPublicKey DeleteUserPermissionsBoundary DeleteUserPolicy DeleteVirtualMFADevice DetachUserPolicy " +
      "EnableMFADevice PutUserPermissionsBoundary PutUserPolicy TagUser UntagUser UpdateAccessKey " +
      "UpdateLoginProfile UpdateSSHPublicKey UpdateUser",
  ],
  [
    "iam",
    ["user", "info"],
    "GetUser GetUserPolicy ListAttachedUserPolicies ListGroupsForUser ListUserPolicies ListUsers ListUserTags",
  ],
  // Not of the pipeline's list, but Elastic publishes rules that begin with `iam where` and `file where` for these.
  ["iam", ["info"], "AttachRolePolicy"],
  ["file", ["info"], "PutObject"],
];

const BY_EVENT_NAME: ReadonlyMap<unknown, Categorisation> = new Map(
  GROUPS.flatMap(([category, type, names]) =>
    names.split(" ").map((name) => [name, { category: [category], type }] as const),
  ),
);

/** ECS `event.category` and `event.type`, by the event's name. */
export function toCategorisation(record: JsonObject): Categorisation {
  return BY_EVENT_NAME.get(own(record, "eventName")) ?? UNCATEGORISED;
}
