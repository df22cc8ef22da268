import { randomUUID } from "node:crypto";

const CALLS = [
  ["ec2.amazonaws.com", "DescribeInstances", true],
  ["s3.amazonaws.com", "GetBucketAcl", true],
  ["sts.amazonaws.com", "AssumeRole", true],
  ["kms.amazonaws.com", "Decrypt", true],
  ["lambda.amazonaws.com", "GetFunction20150331v2", true],
  ["ssm.amazonaws.com", "UpdateInstanceInformation", false],
  ["logs.amazonaws.com", "CreateLogStream", false],
  ["dynamodb.amazonaws.com", "DescribeTable", true],
  ["ecr.amazonaws.com", "BatchGetImage", true],
  ["cloudformation.amazonaws.com", "DescribeStackEvents", true],
] as const;

/**
 * A CloudTrail management event of about 1.6 KB as one line of JSON, with an eventID of its own.
 *
 * @param n decides principal, address, call and time: events spread over one hour of the given day.
 * @param hitEvery one event in this many stops a trail, which hits a rule and raises an alert.
 */
export function benchRecord(n: number, day: string, hitEvery: number): string {
  const [eventSource, eventName, readOnly] = CALLS[n % CALLS.length] ?? CALLS[0];
  const account = String(111122223333 + (n % 7));
  const role = `app-${n % 23}-role`;
  const session = `i-0${String(100000 + (n % 997)).padStart(16, "0")}`;
  const issuer = `arn:aws:iam::${account}:role/service/${role}`;
  const minute = String(Math.floor(n / 60) % 60).padStart(2, "0");
  const second = String(n % 60).padStart(2, "0");
  const stopsTrail = n % hitEvery === 0;
  return JSON.stringify({
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROAEXAMPLE${role.toUpperCase()}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
      accountId: account,
      accessKeyId: `ASIAEXAMPLE${String(n % 499).padStart(9, "0")}`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: `AROAEXAMPLE${n % 23}`,
          arn: issuer,
          accountId: account,
          userName: role,
        },
        attributes: { creationDate: `${day}T00:00:00Z`, mfaAuthenticated: "false" },
      },
    },
    eventTime: `${day}T10:${minute}:${second}Z`,
    eventSource: stopsTrail ? "cloudtrail.amazonaws.com" : eventSource,
    eventName: stopsTrail ? "StopLogging" : eventName,
    awsRegion: ["eu-central-1", "us-east-1", "us-west-2"][n % 3],
    sourceIPAddress: `198.51.100.${n % 250}`,
    userAgent:
      "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.23.8 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.210.1 m/E,g",
    requestParameters: {
      name: `arn:aws:cloudtrail:eu-central-1:${account}:trail/main`,
      filterSet: { items: [{ name: "tag:team", valueSet: { items: [{ value: `team-${n % 41}` }] } }] },
      maxResults: 100,
    },
    responseElements: n % 4 === 0 ? { requestId: randomUUID(), _return: true } : null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: stopsTrail ? false : readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: "Management",
    tlsDetails: {
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: `${eventSource.split(".")[0] ?? ""}.eu-central-1.amazonaws.com`,
    },
  });
}

/** A bulk body of `count` records. */
export function benchBody(from: number, count: number, day: string, hitEvery = 1000): Buffer {
  let body = "";
  for (let n = from; n < from + count; n++) body += `{"create":{}}\n${benchRecord(n, day, hitEvery)}\n`;
  return Buffer.from(body);
}
