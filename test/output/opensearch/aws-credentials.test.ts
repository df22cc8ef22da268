import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAwsCredentials } from "../../../src/output/opensearch/aws-credentials.js";
import { waitFor } from "../../harness/wait-for.js";

const HOUR = 3_600_000;

/** Stands in for the endpoints that hand out credentials: STS, a container's, an instance's. */
describe("createAwsCredentials", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-aws-"));
  const token = join(dir, "token");
  let server: Server;
  let url: string;
  let asked: string[] = [];
  let answer: (req: IncomingMessage, body: string) => { status?: number; text: string };

  beforeAll(async () => {
    writeFileSync(token, "the-token\n");
    server = createServer((req, res) => {
      let body = "";
      req.on("data", (chunk: Buffer) => (body += chunk.toString()));
      req.on("end", () => {
        asked.push(`${req.method} ${req.url}`);
        const { status = 200, text } = answer(req, body);
        res.writeHead(status).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (asked = []));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  });

  const provider = (env: Record<string, string>, clock: () => number = Date.now) =>
    createAwsCredentials({ region: "eu-central-1", env }, clock);
  const asJson = (id: string, expires: number) =>
    JSON.stringify({
      AccessKeyId: id,
      SecretAccessKey: "s",
      Token: "t",
      Expiration: new Date(expires).toISOString(),
    });

  it("takes those of the environment before all others", async () => {
    const env = {
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/never`,
    };
    expect(await provider(env).get()).toEqual({ accessKeyId: "AKID", secretAccessKey: "s" });
    expect(asked).toEqual([]);
  });

  it("swaps a web identity for a role's credentials", async () => {
    answer = (_, body) => {
      const form = new URLSearchParams(body);
      expect(Object.fromEntries(form)).toEqual({
        Action: "AssumeRoleWithWebIdentity",
        Version: "2011-06-15",
        RoleArn: "arn:aws:iam::111122223333:role/trailtag",
        RoleSessionName: "trailtag",
        WebIdentityToken: "the-token",
      });
      return {
        text: "<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></R>",
      };
    };
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/trailtag",
      AWS_ENDPOINT_URL_STS: url,
    };
    expect(await provider(env).get()).toEqual({
      accessKeyId: "ASIA",
      secretAccessKey: "s",
      sessionToken: "t",
      expiresAt: Date.UTC(2030, 0, 1),
    });
    answer = () => ({ status: 403, text: "<E><Message>Not authorized to assume it</Message></E>" });
    await expect(provider(env).get()).rejects.toThrow(
      "AWS credentials cannot be had from the web identity of AWS_ROLE_ARN: Not authorized to assume it",
    );
  });

  it("asks a container's endpoint with its token, and no other machine in the clear", async () => {
    answer = (req) => {
      expect(req.headers.authorization).toBe("the-token");
      return { text: asJson("ECS", Date.now() + HOUR) };
    };
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/creds`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    };
    expect(await provider(env).get()).toMatchObject({ accessKeyId: "ECS", sessionToken: "t" });
    const elsewhere = provider({ AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://192.0.2.1/creds" });
    await expect(elsewhere.get()).rejects.toThrow("192.0.2.1 is neither this machine nor https.");
  });

  it("asks an instance's metadata with a session (IMDSv2)", async () => {
    answer = (req) => {
      if (req.method === "PUT") return { text: "session" };
      expect(req.headers["x-aws-ec2-metadata-token"]).toBe("session");
      return { text: req.url?.endsWith("/") === true ? "my-role" : asJson("EC2", Date.now() + HOUR) };
    };
    expect(await provider({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }).get()).toMatchObject({
      accessKeyId: "EC2",
    });
    expect(asked).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/my-role",
    ]);
  });

  it("asks anew before they end, once for all who wait, and keeps the old ones while they do", async () => {
    let now = Date.now();
    let serial = 0;
    let away = false;
    answer = () => (away ? { status: 500, text: "" } : { text: asJson(`ID${++serial}`, now + HOUR) });
    const credentials = provider({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }, () => now);
    const ids = await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
    expect(ids.map(({ accessKeyId }) => accessKeyId)).toEqual(["ID1", "ID1", "ID1"]);
    now += HOUR - 4 * 60_000;
    away = true;
    expect((await credentials.get()).accessKeyId).toBe("ID1");
    await waitFor(() => asked.length === 2);
    away = false;
    now += 20_000;
    await waitFor(async () => {
      now += 10_000;
      return (await credentials.get()).accessKeyId === "ID2";
    });
    away = true;
    now += HOUR;
    await expect(credentials.get()).rejects.toThrow(
      "AWS credentials cannot be had from the container's endpoint: HTTP 500",
    );
  });

  it("says in one sentence that there are none", async () => {
    await expect(provider({ AWS_EC2_METADATA_DISABLED: "true" }).get()).rejects.toThrow(
      /^No AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give [^.]*\.$/,
    );
  });
});
