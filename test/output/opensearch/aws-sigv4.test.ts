import { createHash, createHmac } from "node:crypto";
import { canonicalRequest, signingKey, signRequest } from "../../../src/output/opensearch/aws-sigv4.js";

/** The figures of AWS's published test suite for Signature Version 4. */
const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const NOW = Date.UTC(2015, 7, 30, 12, 36);
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HOST = { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" };

describe("SigV4", () => {
  it("derives the key of the documentation's example", () => {
    const key = signingKey(CREDENTIALS.secretAccessKey, "20150830/us-east-1/iam/aws4_request");
    expect(key.toString("hex")).toBe("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  });

  it("makes the canonical request of the documentation's example", () => {
    const { text, signedHeaders } = canonicalRequest(
      {
        method: "GET",
        path: "/?Action=ListUsers&Version=2010-05-08",
        headers: {
          "x-amz-date": "20150830T123600Z",
          host: "iam.amazonaws.com",
          "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        },
      },
      EMPTY,
    );
    expect(signedHeaders).toBe("content-type;host;x-amz-date");
    expect(sha256(text)).toBe("f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  });

  // Hashes of the canonical requests that the test suite lists (*.creq).
  it.each([
    ["get-vanilla", "GET", "/", HOST, "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"],
    [
      "get-vanilla-query-order-key-case",
      "GET",
      "/?Param2=value2&Param1=value1",
      HOST,
      "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
    ],
  ])("makes the canonical request of %s", (_, method, path, headers, expected) => {
    expect(sha256(canonicalRequest({ method, path, headers }, EMPTY).text)).toBe(expected);
  });

  // Signatures at the end of the test suite's *.authz, and of the documentation's example.
  it.each<[string, string, string, Record<string, string>, string, string, string]>([
    [
      "get-vanilla",
      "GET",
      "/",
      HOST,
      "",
      "service",
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ],
    [
      "post-vanilla",
      "POST",
      "/",
      HOST,
      "",
      "service",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ],
    [
      "get-vanilla-query-order-key-case",
      "GET",
      "/?Param2=value2&Param1=value1",
      HOST,
      "",
      "service",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    [
      "get-header-value-trim",
      "GET",
      "/",
      { ...HOST, "my-header1": " value1", "my-header2": ' "a   b   c"' },
      "",
      "service",
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ],
    [
      "post-x-www-form-urlencoded",
      "POST",
      "/",
      { ...HOST, "content-type": "application/x-www-form-urlencoded" },
      "Param1=value1",
      "service",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
    [
      "ListUsers",
      "GET",
      "/?Action=ListUsers&Version=2010-05-08",
      {
        "x-amz-date": "20150830T123600Z",
        host: "iam.amazonaws.com",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      },
      "",
      "iam",
      "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ],
  ])("comes to the signature of %s", (_, method, path, headers, body, service, expected) => {
    const scope = `20150830/us-east-1/${service}/aws4_request`;
    const { text } = canonicalRequest({ method, path, headers }, sha256(body));
    const toSign = `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${sha256(text)}`;
    const key = signingKey(CREDENTIALS.secretAccessKey, scope);
    expect(createHmac("sha256", key).update(toSign).digest("hex")).toBe(expected);
  });

  it("encodes what is sent once more, sorts the query by name and value, and folds blanks in headers", () => {
    const { text } = canonicalRequest(
      {
        method: "POST",
        path: "/cloudtrail-*,a%20b/_search?b=2&a=x%2Cy&a=%2A&flag",
        headers: { host: "h", "x-amz-meta": "  a   b ", "user-agent": "u", "content-length": "3" },
      },
      "hash",
    );
    expect(text).toBe(
      "POST\n/cloudtrail-%2A%2Ca%2520b/_search\na=%2A&a=x%2Cy&b=2&flag=\nhost:h\nx-amz-meta:a b\n\nhost;x-amz-meta\nhash",
    );
  });

  it("signs host, time, body and session", () => {
    const request = { method: "GET", host: "example.amazonaws.com", path: "/", headers: {}, body: "" };
    const scope = { region: "us-east-1", service: "service" };
    const signed = signRequest(request, scope, { ...CREDENTIALS, sessionToken: "token" }, NOW);
    expect(signed["x-amz-content-sha256"]).toBe(EMPTY);
    expect(signed["x-amz-date"]).toBe("20150830T123600Z");
    expect(signed["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
