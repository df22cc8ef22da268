/**
 * The fields of CloudTrail records, by AWS's public reference of record contents (event version 1.11): management, data
 * and network activity events, Insights and aggregated events.
 */

/** What stands at a place: one scalar; anything at all, told by the service; or these fields, in an array after `[]`. */
type FieldShape = "scalar" | "free" | FieldTree;
interface FieldTree {
  readonly [name: string]: FieldShape;
}

const IDENTITY: FieldTree = {
  type: "scalar",
  principalId: "scalar",
  arn: "scalar",
  accountId: "scalar",
  accessKeyId: "scalar",
  userName: "scalar",
  invokedBy: "scalar",
  invokedByDelegate: { accountId: "scalar" },
  identityProvider: "scalar",
  credentialId: "scalar",
  onBehalfOf: { userId: "scalar", identityStoreArn: "scalar" },
  inScopeOf: {
    sourceArn: "scalar",
    sourceAccount: "scalar",
    issuerType: "scalar",
    credentialsIssuedTo: "scalar",
  },
  sessionContext: {
    attributes: {
      creationDate: "scalar",
      mfaAuthenticated: "scalar",
      sessionCredentialFromConsole: "scalar",
    },
    sessionIssuer: {
      type: "scalar",
      principalId: "scalar",
      arn: "scalar",
      accountId: "scalar",
      userName: "scalar",
    },
    webIdFederationData: { federatedProvider: "scalar", attributes: "free" },
    sourceIdentity: "scalar",
    ec2RoleDelivery: "scalar",
    assumedRoot: "scalar",
  },
};

const DIMENSION: FieldTree = {
  dimension: "scalar",
  "statistics[]": { name: "scalar", value: "scalar" },
  aggregationType: "scalar",
};

const RECORD_FIELDS: FieldTree = {
  eventVersion: "scalar",
  userIdentity: IDENTITY,
  eventTime: "scalar",
  eventSource: "scalar",
  eventName: "scalar",
  awsRegion: "scalar",
  sourceIPAddress: "scalar",
  userAgent: "scalar",
  errorCode: "scalar",
  errorMessage: "scalar",
  requestParameters: "free",
  responseElements: "free",
  additionalEventData: "free",
  requestID: "scalar",
  eventID: "scalar",
  readOnly: "scalar",
  "resources[]": { ARN: "scalar", ARNPrefix: "scalar", accountId: "scalar", type: "scalar" },
  eventType: "scalar",
  apiVersion: "scalar",
  managementEvent: "scalar",
  recipientAccountId: "scalar",
  serviceEventDetails: "free",
  sharedEventID: "scalar",
  vpcEndpointId: "scalar",
  vpcEndpointAccountId: "scalar",
  eventCategory: "scalar",
  addendum: {
    reason: "scalar",
    updatedFields: "free",
    originalRequestID: "scalar",
    originalEventID: "scalar",
  },
  sessionCredentialFromConsole: "scalar",
  eventContext: { requestContext: "free", tagContext: "free" },
  edgeDeviceDetails: "free",
  tlsDetails: {
    tlsVersion: "scalar",
    cipherSuite: "scalar",
    clientProvidedHostHeader: "scalar",
    keyExchange: "scalar",
  },
  insightDetails: {
    state: "scalar",
    eventSource: "scalar",
    eventName: "scalar",
    errorCode: "scalar",
    insightType: "scalar",
    sourceEventCategory: "scalar",
    insightContext: {
      statistics: {
        baseline: { average: "scalar" },
        insight: { average: "scalar" },
        insightDuration: "scalar",
        baselineDuration: "scalar",
      },
      "attributions[]": {
        attribute: "scalar",
        "insight[]": { value: "scalar", average: "scalar" },
        "baseline[]": { value: "scalar", average: "scalar" },
      },
    },
  },
  accountId: "scalar",
  eventId: "scalar",
  timeWindow: { windowStart: "scalar", windowEnd: "scalar", windowSize: "scalar" },
  summary: { primaryDimension: DIMENSION, "details[]": DIMENSION },
};

/**
 * What a path of names leads to in a record: one scalar, a place where the services put what they like, or a part with
 * fields of its own (many values where the path crosses an array). Undefined where records have no such field.
 */
export function fieldKind(names: readonly string[]): "scalar" | "free" | "part" | "many" | undefined {
  let shape: FieldShape = RECORD_FIELDS;
  let many = false;
  for (const name of names) {
    if (shape === "free") return "free";
    if (shape === "scalar") return undefined;
    many ||= Object.hasOwn(shape, `${name}[]`);
    const inner: FieldShape | undefined = member(shape, name);
    if (inner === undefined) return undefined;
    shape = inner;
  }
  if (shape === "free") return "free";
  if (many) return "many";
  return shape === "scalar" ? "scalar" : "part";
}

function member(tree: FieldTree, name: string): FieldShape | undefined {
  if (Object.hasOwn(tree, name)) return tree[name];
  return Object.hasOwn(tree, `${name}[]`) ? tree[`${name}[]`] : undefined;
}

/** Dotted paths of all fields that have a name, those with fields inside included. */
export const RECORD_FIELD_PATHS: readonly string[] = pathsOf(RECORD_FIELDS, "");

function pathsOf(tree: FieldTree, prefix: string): string[] {
  return Object.entries(tree).flatMap(([name, shape]) => {
    const path = `${prefix}${name.replace("[]", "")}`;
    return typeof shape === "string" ? [path] : [path, ...pathsOf(shape, `${path}.`)];
  });
}
