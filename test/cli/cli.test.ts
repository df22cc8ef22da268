import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";
import { bulkBody, deniedRecord } from "../harness/records.js";
import { waitFor } from "../harness/wait-for.js";

/** The command as it is installed: the build, not the source. */
const MAIN = join(packageRoot, "dist/src/cli/main.js");

const dir = mkdtempSync(join(tmpdir(), "trailtag-cli-"));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Never the default folder: other tests run at the same time. */
const SPOOL = { TRAILTAG_SPOOL__DIR: join(dir, "spool") };

function trailtag(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const run = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...SPOOL, ...env },
    timeout: 30_000,
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const RULE = `AnalysisType: rule
RuleID: Test.Rule
DisplayName: A rule
Enabled: true
Severity: Low
LogTypes: [AWS.CloudTrail]
Detection:
  - Key: eventName
    Condition: Equals
    Value: StopLogging
Tests:
  - Name: it stops
    ExpectedResult: true
    Log: { eventName: StopLogging }
`;

describe("trailtag", () => {
  it("lists its commands, and says more of each", () => {
    const help = trailtag(["help"]);
    expect([help.code, help.err]).toEqual([0, ""]);
    const commands = [...help.out.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1] ?? "");
    expect(commands).toEqual(
      expect.arrayContaining(["serve", "setup", "lint", "test", "explain", "list", "version"]),
    );
    for (const command of commands)
      expect(trailtag([command, "--help"]).out).toContain(`trailtag ${command}`);
  });

  it("prints versions on stdout", () => {
    expect(trailtag(["version"]).out).toMatch(/^trailtag \d+\.\d+\.\d+\nATT&CK 19\.1\nnode /);
  });

  it("ends with 64 for an unknown command or flag, and says what was meant", () => {
    const command = trailtag(["serv"]);
    expect([command.code, command.err]).toEqual([64, expect.stringContaining('Did you mean "serve"?')]);
    const flag = trailtag(["serve", "--opensearh", "x"]);
    expect([flag.code, flag.err]).toEqual([64, expect.stringContaining("Did you mean --opensearch?")]);
  });

  it("ends with 78 for a wrong configuration, with every problem in one run", () => {
    const config = file("bad.yml", "http:\n  lisen: 1\nlimits:\n  hold_ms: soon\n");
    const run = trailtag(["serve", "--config", config, "--store", "files"]);
    expect(run.code).toBe(78);
    expect(run.err).toContain(`${config}:2:3 error config-unknown-key`);
    expect(run.err).toContain(`${config}:4:3 error config-invalid`);
    expect(trailtag(["serve"]).err).toMatch(/^configuration: error config-invalid Say where to write/);
    const contrary = trailtag(["serve", "--store", "files", "--opensearch", "http://127.0.0.1:9"]);
    expect([contrary.code, contrary.err]).toEqual([
      78,
      expect.stringContaining("only one of them can be meant"),
    ]);
    const variable = trailtag(["serve", "--store", "files"], { TRAILTAG_HTTP_LISTEN: "127.0.0.1:1" });
    expect([variable.code, variable.err]).toEqual([78, expect.stringContaining("TRAILTAG_HTTP__LISTEN")]);
    expect(trailtag(["serve", "--store", "files", "--listen", "0.0.0.0:9280"]).code).toBe(78);
  });

  it("ends quietly when its reader leaves early", () => {
    const command = `"${process.execPath}" "${MAIN}" list rules | head -n 1`;
    const run = spawnSync("bash", ["-o", "pipefail", "-c", command], { encoding: "utf8" });
    expect([run.status, run.stderr, run.stdout.split("\n").length]).toEqual([0, "", 2]);
  });

  it("refuses what it would ignore", () => {
    const nowhere = trailtag(["serve", "--data", join(dir, "unused"), "--rules", join(dir, "nowhere")]);
    expect([nowhere.code, nowhere.err]).toEqual([78, expect.stringContaining("There are no rules at")]);
  });
});

describe("trailtag serve", () => {
  let child: ChildProcess | undefined;
  let log = "";

  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  let variables: NodeJS.ProcessEnv = {};
  afterEach(() => (variables = {}));

  async function serve(...args: string[]): Promise<{ child: ChildProcess; url: string }> {
    log = "";
    const started = spawn(process.execPath, [MAIN, "serve", "--listen", "127.0.0.1:0", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...SPOOL, ...variables },
    });
    child = started;
    started.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    await waitFor(() => /listens on http:/.test(log) || started.exitCode !== null, { what: "it to listen" });
    return { child: started, url: /listens on (http:\/\/[^\s"]+?)\.?"/.exec(log)?.[1] ?? "" };
  }

  async function send(url: string, from: number, count: number): Promise<number> {
    const documents = Array.from({ length: count }, (_, i) => deniedRecord(`serve-${from + i}`));
    const answer = await fetch(`${url}/_bulk`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: bulkBody(documents),
    });
    return answer.status;
  }

  const ids = (data: string): string[] =>
    readFileSync(join(data, "events.ndjson"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line).event.id);

  it("stores under SIGTERM all that it acknowledged, and ends with 0", async () => {
    const data = join(dir, "sigterm");
    const { child: service, url } = await serve("--store", "files", "--data", data);
    const acknowledged: number[] = [];
    let stopped = false;
    const client = async (shipper: number): Promise<void> => {
      for (let batch = 0; !stopped && batch < 500; batch++) {
        const from = shipper * 1_000_000 + batch * 20;
        const status = await send(url, from, 20).catch(() => 0);
        if (status === 200) acknowledged.push(from);
        if (status !== 200) return;
      }
    };
    const clients = [0, 1, 2, 3].map(client);
    await waitFor(() => acknowledged.length > 20, { what: "some batches" });
    const asked = performance.now();
    service.kill("SIGTERM");
    const [code] = (await once(service, "exit")) as [number | null];
    // Clients keep their connections alive: they must not hold it for the 20 s that busy ones are given.
    expect(performance.now() - asked).toBeLessThan(15_000);
    stopped = true;
    await Promise.all(clients);
    expect([code, log]).toEqual([0, expect.stringContaining("TrailTag has stopped.")]);
    const stored = ids(data);
    expect(new Set(stored).size).toBe(stored.length);
    const missing = acknowledged.flatMap((from) =>
      Array.from({ length: 20 }, (_, i) => `serve-${from + i}`).filter((id) => !stored.includes(id)),
    );
    expect(missing).toEqual([]);
  }, 60_000);

  it("loses nothing that it acknowledged to SIGKILL, and doubles nothing when it is sent again", async () => {
    const data = join(dir, "sigkill");
    const first = await serve("--store", "files", "--data", data);
    expect(await send(first.url, 0, 300)).toBe(200);
    const underWay = send(first.url, 300, 300).catch(() => 0);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    await underWay;
    const second = await serve("--store", "files", "--data", data);
    expect(await send(second.url, 0, 600)).toBe(200);
    const stored = ids(data);
    expect([stored.length, new Set(stored).size]).toEqual([600, 600]);
  }, 60_000);

  it("reads its rules again on SIGHUP, and keeps the old ones when a rule is broken", async () => {
    const rules = mkdtempSync(join(dir, "rules-"));
    writeFileSync(join(rules, "one.yml"), RULE);
    const { child: service, url } = await serve(
      "--store",
      "files",
      "--data",
      join(dir, "hup"),
      "--rules",
      rules,
    );
    const listed = async (): Promise<string[]> =>
      ((await (await fetch(`${url}/v1/rules`)).json()) as any).rules.map((rule: any) => rule.id);
    expect(await listed()).toContain("Test.Rule");
    writeFileSync(join(rules, "one.yml"), RULE.replace("Test.Rule", "Test.Other"));
    service.kill("SIGHUP");
    await waitFor(async () => (await listed()).includes("Test.Other"), { what: "the new rules" });
    writeFileSync(join(rules, "one.yml"), "RuleID: [");
    const refused = await fetch(`${url}/-/reload`, { method: "POST" });
    expect([refused.status, ((await refused.json()) as any).error.reason]).toEqual([
      400,
      expect.stringContaining("one.yml:1"),
    ]);
    expect(await listed()).toContain("Test.Other");
  }, 30_000);

  it("takes events into the spool before OpenSearch is there, and says so when another one uses that spool", async () => {
    const { child: service, url } = await serve("--opensearch", "http://127.0.0.1:9");
    const answer = await fetch(`${url}/v1/events`, {
      method: "POST",
      body: JSON.stringify(deniedRecord("early")),
    });
    expect([answer.status, ((await answer.json()) as any).spooled]).toEqual([200, 1]);
    const second = trailtag(["serve", "--opensearch", "http://127.0.0.1:9", "--listen", "127.0.0.1:0"]);
    expect([second.code, second.err]).toEqual([
      69,
      expect.stringContaining(`in use by process ${service.pid}`),
    ]);
    expect(second.err).toContain("spool.dir");
    service.kill("SIGTERM");
    expect(await once(service, "exit")).toEqual([0, null]);
    expect(trailtag(["spool", "status", "--dir", join(dir, "spool")])).toMatchObject({ code: 1 });
  }, 60_000);

  it("goes on emptying the spool when it is stopped, for as long as it is told", async () => {
    variables = { TRAILTAG_SPOOL__DIR: join(dir, "left"), TRAILTAG_SPOOL__DRAIN_ON_STOP_MS: "300" };
    const { child: service, url } = await serve("--opensearch", "http://127.0.0.1:9");
    await fetch(`${url}/v1/events`, { method: "POST", body: JSON.stringify(deniedRecord("left")) });
    service.kill("SIGTERM");
    expect(await once(service, "exit")).toEqual([0, null]);
    expect(log).toMatch(/Emptying the spool before the end.*The spool is not empty.*"documents":1/s);
  }, 60_000);

  it("refuses at once, when it is stopped, what it holds for a store that is away", async () => {
    variables = { TRAILTAG_SPOOL__MODE: "off" };
    // Nobody listens on the discard port.
    const { child: service, url } = await serve("--opensearch", "http://127.0.0.1:9");
    const held = fetch(`${url}/v1/events`, { method: "POST", body: JSON.stringify(deniedRecord("held")) });
    await waitFor(async () => /in_flight_bytes [1-9]/.test(await (await fetch(`${url}/metrics`)).text()), {
      what: "the request to be held",
    });
    const asked = performance.now();
    service.kill("SIGTERM");
    const answer = await held;
    expect([answer.status, ((await answer.json()) as any).error.type]).toEqual([
      503,
      "shutting_down_exception",
    ]);
    const [code] = (await once(service, "exit")) as [number | null];
    expect(code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(15_000);
    expect(log.split("\n").filter((line) => line !== "" && !line.startsWith("{"))).toEqual([]);
  }, 60_000);

  it("does not take another TrailTag for OpenSearch", async () => {
    const { url } = await serve("--store", "files", "--data", join(dir, "other"));
    const second = trailtag(["serve", "--opensearch", url, "--listen", "127.0.0.1:0"]);
    expect([second.code, second.err]).toEqual([69, expect.stringContaining("is a TrailTag")]);
    const setup = trailtag(["setup", "--opensearch", url]);
    expect([setup.code, setup.out]).toEqual([69, expect.stringContaining("is a TrailTag")]);
  }, 60_000);

  it("says so when its port is taken, or its folder", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const taken = trailtag([
      "serve",
      "--store",
      "files",
      "--data",
      join(dir, "t"),
      "--listen",
      `127.0.0.1:${port}`,
    ]);
    other.close();
    expect([taken.code, taken.err]).toEqual([
      69,
      expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
    ]);

    const data = join(dir, "locked");
    await serve("--store", "files", "--data", data);
    const locked = trailtag(["serve", "--store", "files", "--data", data, "--listen", "127.0.0.1:0"]);
    expect([locked.code, locked.err]).toEqual([69, expect.stringContaining(data)]);
  }, 60_000);
});
