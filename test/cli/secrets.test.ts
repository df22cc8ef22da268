import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import type { Readable } from "node:stream";
import { join } from "node:path";
import { createApiKey } from "../../src/auth/api-key.js";
import { hashPassword } from "../../src/auth/password-hash.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { createAuthority, type Authority } from "../harness/certificates.js";
import { bulkBody, deniedRecord } from "../harness/records.js";
import { describeWith } from "../harness/requirements.js";
import { ask, type AskOptions } from "../harness/secure-service.js";
import { waitFor } from "../harness/wait-for.js";

/** The command as it is installed: the build, not the source. */
const MAIN = join(packageRoot, "dist/src/cli/main.js");
/** One for each place in which a secret can be. None is ever to be read anywhere but there. */
const SECRET = {
  passwordFile: "Sq1-password-in-a-file",
  passwordEnv: "Sq2-password-in-the-environment",
  inUrl: "Sq3-password-in-a-url",
  inConfig: "Sq4-password-in-the-configuration",
  user: "Sq5-password-of-a-user",
  wrong: "Sq6-a-password-that-is-wrong",
  aws: "Sq7-secret-of-aws",
  inCredentials: "Sq8-secret-where-a-hash-belongs",
  note: "Sq9-text-of-a-note",
  inFlag: "Sq10-secret-on-the-command-line",
} as const;

const dir = mkdtempSync(join(tmpdir(), "trailtag-secrets-"));
/** What TrailTag writes; what it reads stands beside it. */
const written = join(dir, "written");
mkdirSync(written);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** All that was printed, answered and written, in this test. */
let seen: string[] = [];
const environment = { ...process.env, OS_PASSWORD: SECRET.passwordEnv, AWS_SECRET_ACCESS_KEY: SECRET.aws };

function input(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

interface Given {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Said {
  readonly out: string;
  readonly err: string;
}

/** Runs the command once for each line of its input, in one process: most of what a run takes is to start it. */
const RUNNER = `
import { readFileSync } from "node:fs";
process.stdout.setMaxListeners(0);
process.exit = () => undefined;
const { main, runs, mark } = JSON.parse(readFileSync(0, "utf8"));
const env = { ...process.env };
for (const [i, run] of runs.entries()) {
  process.env = { ...env, ...run.env };
  process.argv = [process.argv[0], main, ...run.args];
  await import(main + "?" + i);
  process.stdout.write(mark);
  process.stderr.write(mark);
}
process.exitCode = 0;
`;
const MARK = "\n-- the next command --\n";

/** What each command said. */
function runEach(runs: readonly Given[]): Said[] {
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", RUNNER], {
    cwd: written,
    encoding: "utf8",
    env: environment,
    input: JSON.stringify({ main: MAIN, runs, mark: MARK }),
    timeout: 60_000,
  });
  const [out, err] = [run.stdout.split(MARK), run.stderr.split(MARK)];
  expect([out.length, err.length, run.status]).toEqual([runs.length + 1, runs.length + 1, 0]);
  return runs.map((_, i) => ({ out: out[i]!, err: err[i]! }));
}

/** Runs a command in a process of its own, with something to read. */
function trailtag(args: readonly string[], input: string): void {
  const run = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: written,
    encoding: "utf8",
    env: environment,
    input,
    timeout: 30_000,
  });
  seen.push(run.stdout, run.stderr);
}

/** A secret as it is, and in the forms in which headers carry it. */
function formsOf(secret: string): string[] {
  const inside = Buffer.from(secret).toString("base64").slice(0, -4);
  // In base64 a text looks different at each of three places.
  const shifted = ["x", "xx"].map((pad) =>
    Buffer.from(pad + secret)
      .toString("base64")
      .slice(4, -4),
  );
  return [secret, encodeURIComponent(secret), inside, ...shifted];
}

function expectNoSecrets(secrets: readonly string[]): void {
  const files = readdirSync(written, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const texts = [...seen, ...files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))];
  expect(texts.join("").length).toBeGreaterThan(50);
  const told = secrets.flatMap(formsOf).filter((form) => texts.some((text) => text.includes(form)));
  expect(told).toEqual([]);
}

beforeEach(() => {
  seen = [];
});

describe("commands", () => {
  const CONFIGS: Readonly<Record<string, string>> = {
    "a password": `opensearch: { node: "http://127.0.0.1:1", password: "${SECRET.inConfig}" }`,
    "a password that YAML takes for an alias": `opensearch:\n  password: *${SECRET.inConfig}\n`,
    "a password that YAML takes for a tag": `opensearch:\n  password: !${SECRET.inConfig} x\n`,
    "a password that does not end": `opensearch:\n  password: "${SECRET.inConfig}\n`,
    "a password with a bad escape": `opensearch:\n  password: "\\q${SECRET.inConfig}"\n`,
    "a password after a bracket": `opensearch: { password: ]${SECRET.inConfig}\n`,
    "a password as a section": `password: ${SECRET.inConfig}\n`,
    "a password where a variable's name belongs": `opensearch: { node: "http://127.0.0.1:1", password_env: "${SECRET.inConfig}" }`,
    "keys in place of their file": `auth: { mode: api_key, keys: [{ id: a, secret: "${SECRET.inConfig}" }] }`,
    "a URL with a password": `opensearch: { node: "https://maya:${SECRET.inConfig}@127.0.0.1:1" }`,
    "a URL with a password that is no URL": `opensearch: { node: "https://maya:${SECRET.inConfig}@@:x" }`,
    "dashboards with a password": `store: { kind: files }\ndashboards: { url: "https://maya:${SECRET.inConfig}@127.0.0.1:1" }`,
  };

  const SAID = new Map<string, Said[]>();
  beforeAll(() => {
    const runs = Object.entries(CONFIGS).flatMap(([name, text], i) => {
      const config = input(`bad-${i}.yaml`, text);
      const commands = name === "a password" ? ["serve", "setup", "doctor"] : ["serve"];
      return commands.map((command) => ({
        name,
        args: [command, "--config", config, "--log-level", "debug"],
      }));
    });
    for (const [i, said] of runEach(runs).entries()) {
      const { name } = runs[i]!;
      SAID.set(name, [...(SAID.get(name) ?? []), said]);
    }
  }, 60_000);

  it.each(Object.keys(CONFIGS))("do not tell of %s", (name) => {
    for (const { out, err } of SAID.get(name)!) {
      seen.push(out, err);
      expect(out + err).toContain("error");
    }
    expectNoSecrets([SECRET.inConfig, SECRET.aws]);
  });

  it("do not tell of a URL on the command line or in the environment, nor of flags that there are not", () => {
    const url = `https://maya:${SECRET.inUrl}@127.0.0.1:1`;
    const said = runEach([
      { args: ["serve", "--opensearch", url] },
      { args: ["doctor", "--opensearch", url] },
      { args: ["serve"], env: { TRAILTAG_OPENSEARCH__NODE: url } },
      { args: ["serve"], env: { TRAILTAG_OPENSEARCH__PASSWORD: SECRET.inFlag } },
      { args: ["serve", `--password=${SECRET.inFlag}`] },
      { args: ["serve", "--password", SECRET.inFlag] },
      { args: ["auth", "user", "--name", "a", "--scope", "read", `--password=${SECRET.inFlag}`] },
      { args: ["serve", "--help"] },
      { args: ["auth", "--help"] },
    ]);
    for (const { out, err } of said) {
      expect(out + err).not.toBe("");
      seen.push(out, err);
    }
    expectNoSecrets([SECRET.inUrl, SECRET.inFlag, SECRET.aws, SECRET.passwordEnv]);
  });

  it("keep of keys and passwords their hashes alone", () => {
    const file = join(written, "made.yaml");
    const wrong = input("wrong.yaml", `keys:\n  - {id: a, hash: ${SECRET.inCredentials}, scopes: [read]}\n`);
    const key = (id: string, into: string): Given => ({
      args: ["auth", "key", "--id", id, "--scope", "read", "--append", into],
    });
    trailtag(["auth", "user", "--name", "maya", "--scope", "read", "--append", file], SECRET.user);
    const check = (which: string): Given => ({ args: ["auth", "check", which] });
    const [made, ...others] = runEach([key("a", file), check(file), check(wrong), key("b", wrong)]);
    const token = made!.out.trim();
    expect(token).toMatch(/^a\./);
    expect(others.map(({ out }) => out)).toEqual([
      expect.stringMatching(/^a: read\nmaya: read\n$/),
      expect.stringContaining("credentials-invalid"),
      "",
    ]);
    seen.push(made!.err, ...others.flatMap(({ out, err }) => [out, err]));
    expectNoSecrets([SECRET.user, SECRET.inCredentials, token.slice(2)]);
  });
});

describeWith("openssl", "the service at its most talkative", () => {
  let authority: Authority;
  /** Stands in for a cluster that refuses everybody, as one with the wrong password does. */
  let cluster: Server;
  let service: ChildProcessByStdio<null, Readable, Readable>;

  afterEach(() => {
    if (service.exitCode === null) service.kill("SIGKILL");
  });
  beforeAll(async () => {
    authority = createAuthority("ours");
    cluster = createServer((_req, res) => res.writeHead(401).end("Unauthorized")).listen(0, "127.0.0.1");
    await once(cluster, "listening");
  });
  afterAll(() => {
    authority.remove();
    cluster.closeAllConnections();
    cluster.close();
  });

  it.each(["api_key", "basic"] as const)(
    "tells no secret anywhere, with auth.mode %s",
    async (mode) => {
      const key = createApiKey("all");
      const scopes = ["ingest", "read", "triage", "admin"];
      const good = JSON.stringify({
        keys: [{ id: "all", hash: key.hash, scopes }],
        users: [{ name: "all", hash: await hashPassword(SECRET.user), scopes }],
      });
      const secret = mode === "api_key" ? key.token.slice("all.".length) : SECRET.user;
      const server = authority.issue("localhost");
      const node = `http://127.0.0.1:${(cluster.address() as AddressInfo).port}`;
      const credentials = input("credentials.yaml", good);
      const password =
        mode === "api_key"
          ? { password_file: input("password", SECRET.passwordFile) }
          : { password_env: "OS_PASSWORD" };
      const config = input(
        "trailtag.yaml",
        JSON.stringify({
          http: { listen: "127.0.0.1:0", tls: { cert_file: server.certFile, key_file: server.keyFile } },
          auth: { mode, credentials_file: credentials },
          opensearch: { node, username: "trailtag", ...password },
          spool: { mode: "on", dir: join(written, `spool-${mode}`), after_ms: 100 },
          rules: { bundled: true },
          limits: { hold_ms: 500 },
          log: { level: "debug", audit_file: join(written, `audit-${mode}.ndjson`) },
        }),
      );
      service = spawn(process.execPath, [MAIN, "serve", "--config", config], {
        stdio: ["ignore", "pipe", "pipe"],
        cwd: written,
        env: environment,
      });
      let output = "";
      for (const stream of [service.stdout, service.stderr])
        stream.setEncoding("utf8").on("data", (part: string) => (output += part));
      const url = await waitFor(() => /listens on (https:\/\/[\d.]+:\d+)/.exec(output)?.[1], {
        what: "the service",
      });

      const basic = (name: string, word: string) =>
        `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}`;
      const send = async (path: string, authorization: string | undefined, options: AskOptions = {}) => {
        const headers = {
          "content-type": "application/json",
          ...(authorization === undefined ? {} : { authorization }),
        };
        const answer = await ask(new URL(path, url), { ...options, headers, tls: { ca: authority.ca } });
        seen.push(JSON.stringify(answer.headers), answer.text);
        return answer.status;
      };
      const right = basic("all", secret);
      const statuses: number[] = [];
      for (const path of ["/", "/readyz", "/metrics", "/v1/rules", "/v1/alerts/a", "/no/such"])
        statuses.push(await send(path, right));
      statuses.push(await send("/_bulk", right, { method: "POST", body: bulkBody([deniedRecord("s-1")]) }));
      const triage = JSON.stringify({ status: "closed", note: SECRET.note });
      statuses.push(await send("/v1/alerts/a/triage", right, { method: "POST", body: triage }));
      statuses.push(await send("/-/reload", right, { method: "POST" }));
      expect(statuses).not.toContain(401);
      expect(statuses).not.toContain(500);
      for (const shown of [
        basic("all", SECRET.wrong),
        basic(SECRET.wrong, "x"),
        `Bearer ${SECRET.wrong}`,
        `Bearer all.${SECRET.wrong}`,
        `ApiKey ${SECRET.wrong}`,
        `${SECRET.wrong} x`,
      ]) {
        expect(await send("/-/reload", shown, { method: "POST" })).toBe(401);
        expect(await send("/v1/rules", shown)).toBe(401);
      }
      input("credentials.yaml", good.replace(/sha256:[^"]+|\$scrypt[^"]+/g, SECRET.inCredentials));
      expect(await send("/-/reload", right, { method: "POST" })).toBe(400);
      const before = output.length;
      service.kill("SIGHUP");
      await waitFor(() => output.slice(before).includes("The credentials in force stay"), {
        what: "the reload",
      });
      service.kill("SIGTERM");
      const [code] = (await once(service, "exit")) as [number];
      expect(code).toBe(0);
      seen.push(output);
      expect(output).toContain('"audit":true');
      // The file of the audit log is among what is searched.
      expect(readFileSync(join(written, `audit-${mode}.ndjson`), "utf8")).toContain('"action":"triage"');
      const keyText = server.key.toString().split("\n").slice(1, -2);
      expectNoSecrets([...Object.values(SECRET), secret, ...keyText]);
    },
    60_000,
  );
});
