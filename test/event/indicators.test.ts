import { MAX_INDICATORS, toIndicators } from "../../src/event/indicators.js";
import { trailRecord } from "./make.js";

test("finds indicators in identity, request, response and address", () => {
  const { related, params, truncated } = toIndicators(trailRecord());
  expect(related).toEqual({
    ip: ["198.51.100.7"],
    user: ["maria", "build-bot"],
    arn: ["arn:aws:iam::123456789012:user/maria"],
    account: ["123456789012"],
    access_key: ["AKIAEXAMPLEMARIA", "AKIAEXAMPLENEW"],
  });
  expect(params).toEqual({ user_name: "build-bot", access_key_id: "AKIAEXAMPLENEW" });
  expect(truncated).toBeUndefined();
});

test("finds role, session, instance, bucket and hosts", () => {
  const record = trailRecord({
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAX:i-0123",
      arn: "arn:aws:sts::123456789012:assumed-role/web/i-0123",
      sessionContext: {
        sessionIssuer: { type: "Role", userName: "web", arn: "arn:aws:iam::123456789012:role/web" },
      },
    },
    sourceIPAddress: "autoscaling.amazonaws.com",
    requestParameters: {
      bucketName: "b1",
      instancesSet: { items: [{ instanceId: "i-1" }, { instanceId: "i-2" }] },
      instanceProfile: "arn:aws:iam::123456789012:instance-profile/web",
    },
    responseElements: null,
    resources: [{ ARN: "arn:aws:s3:::b2/key", accountId: "210987654321" }, "odd", null],
    tlsDetails: { clientProvidedHostHeader: "ec2.us-east-1.amazonaws.com" },
    vpcEndpointAccountId: "333333333333",
  });
  const { related, params } = toIndicators(record);
  expect(related?.role).toEqual(["web"]);
  expect(related?.instance).toEqual(["i-0123", "i-1", "i-2"]);
  expect(related?.bucket).toEqual(["b1", "b2"]);
  expect(related?.hosts).toEqual(["autoscaling.amazonaws.com", "ec2.us-east-1.amazonaws.com"]);
  expect(related?.account).toEqual(["123456789012", "333333333333", "210987654321"]);
  expect(related?.arn).toContain("arn:aws:iam::123456789012:instance-profile/web");
  expect(related?.ip).toBeUndefined();
  expect(params).toEqual({ bucket_name: "b1", instance_id: ["i-1", "i-2"] });
});

test("AWS Internal is neither address nor host", () => {
  const { related } = toIndicators(trailRecord({ sourceIPAddress: "AWS Internal" }));
  expect(related?.ip).toBeUndefined();
  expect(related?.hosts).toBeUndefined();
});

test("a list that is cut is named", () => {
  const items = Array.from({ length: MAX_INDICATORS + 5 }, (_, i) => ({ instanceId: `i-${i}` }));
  const { related, truncated } = toIndicators(
    trailRecord({ requestParameters: { instancesSet: { items } } }),
  );
  expect(related?.instance).toHaveLength(MAX_INDICATORS);
  expect(truncated).toEqual(["related.instance", "params.instance_id"]);
});

test("odd shapes give nothing and do not fail", () => {
  const { related, params } = toIndicators(
    trailRecord({
      userIdentity: 7,
      requestParameters: ["a"],
      responseElements: "x",
      resources: {},
      tlsDetails: 1,
      sourceIPAddress: 5,
      recipientAccountId: undefined,
    }),
  );
  expect(related).toBeUndefined();
  expect(params).toBeUndefined();
});
