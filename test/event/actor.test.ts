import { toActor } from "../../src/event/actor.js";
import { trailRecord } from "./make.js";

const role = (userName: string, session: string) => ({
  type: "AssumedRole",
  principalId: `AROAEXAMPLE:${session}`,
  arn: `arn:aws:sts::123456789012:assumed-role/${userName}/${session}`,
  accountId: "123456789012",
  sessionContext: { sessionIssuer: { type: "Role", userName } },
});

test.each<[string, Record<string, unknown>, string | undefined]>([
  ["IAMUser", { userIdentity: { type: "IAMUser", userName: "maria" } }, "maria"],
  ["Root", { userIdentity: { type: "Root", principalId: "123456789012" } }, "root"],
  ["Root with an alias", { userIdentity: { type: "Root", userName: "acme" } }, "acme"],
  ["AssumedRole", { userIdentity: role("deploy", "i-0abc") }, "deploy"],
  [
    "AssumedRole without issuer",
    { userIdentity: { type: "AssumedRole", principalId: "AROAX:nightly" } },
    "nightly",
  ],
  [
    "AssumedRole by ARN alone",
    { userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::1:assumed-role/r/s1" } },
    "s1",
  ],
  [
    "role of IAM Identity Center",
    { userIdentity: role("AWSReservedSSO_Admin_0a1b", "maria@example.com") },
    "maria@example.com",
  ],
  [
    "FederatedUser",
    {
      userIdentity: {
        type: "FederatedUser",
        arn: "arn:aws:sts::1:federated-user/guest",
        principalId: "1:guest",
      },
    },
    "guest",
  ],
  [
    "FederatedUser of root",
    { userIdentity: { type: "FederatedUser", sessionContext: { sessionIssuer: { type: "Root" } } } },
    "root",
  ],
  [
    "AWSService",
    { userIdentity: { type: "AWSService", invokedBy: "config.amazonaws.com" } },
    "config.amazonaws.com",
  ],
  [
    "AWSAccount",
    { userIdentity: { type: "AWSAccount", principalId: "AIDAX", accountId: "999999999999" } },
    "AIDAX",
  ],
  [
    "AWSAccount with a session",
    { userIdentity: { type: "AWSAccount", principalId: "AROAX:audit" } },
    "audit",
  ],
  ["AWSAccount alone", { userIdentity: { type: "AWSAccount", accountId: "999999999999" } }, "999999999999"],
  ["SAMLUser", { userIdentity: { type: "SAMLUser", principalId: "idp:maria", userName: "maria" } }, "maria"],
  [
    "WebIdentityUser",
    { userIdentity: { type: "WebIdentityUser", principalId: "cognito:app:us-east-1:u1" } },
    "u1",
  ],
  [
    "IdentityCenterUser by name",
    { userIdentity: { type: "IdentityCenterUser" }, additionalEventData: { UserName: "maria" } },
    "maria",
  ],
  [
    "IdentityCenterUser by id",
    { userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId: "u-1" } } },
    "u-1",
  ],
  ["Directory", { userIdentity: { type: "Directory", userName: "corp\\maria" } }, "corp\\maria"],
  ["Unknown", { userIdentity: { type: "Unknown", principalId: "p1" } }, "p1"],
  [
    "no type, a service",
    { userIdentity: { accountId: "1", invokedBy: "kms.amazonaws.com" } },
    "kms.amazonaws.com",
  ],
  [
    "no type, a service event",
    { userIdentity: { accountId: "1" }, eventType: "AwsServiceEvent", eventSource: "rds.amazonaws.com" },
    "rds.amazonaws.com",
  ],
  ["a string", { userIdentity: "arn:aws:iam::123456789012:user/ops/maria" }, "maria"],
  ["a plain string", { userIdentity: "maria" }, "maria"],
  ["null", { userIdentity: null }, undefined],
  ["nothing", { userIdentity: undefined }, undefined],
  ["odd values", { userIdentity: { type: 7, userName: { a: 1 }, arn: ["x"] } }, undefined],
])("%s", (_name, changes, expected) => {
  expect(toActor(trailRecord(changes))).toBe(expected);
});
