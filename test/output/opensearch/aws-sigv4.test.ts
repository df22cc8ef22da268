import { createHash } from "node:crypto";
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
