import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../dev/free-port.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";

/** The rules that the sample's intrusion breaks; its rightful near misses break none. */
const TABLE = `
high     1 AWS.CloudTrail.AdminPolicy.Attached
high     1 AWS.CloudTrail.Root.ConsoleLogin
high     1 AWS.CloudTrail.Trail.Disabled
high     2 AWS.CloudTrail.GuardDuty.Disabled
high     3 AWS.CloudTrail.Bucket.MadePublic
high     1 AWS.CloudTrail.Snapshot.SharedPublicly
high     1 AWS.CloudTrail.KMSKey.DeletionScheduled
medium   6 AWS.CloudTrail.VPCE.AccessDenied
medium   9 AWS.CloudTrail.VPCE.SensitiveAPICalls
medium   1 AWS.CloudTrail.AccessKey.Created
medium   1 AWS.CloudTrail.ConsoleLogin.WithoutMFA
medium   1 AWS.CloudTrail.ConsoleLogin.WithoutMFA
medium   1 AWS.CloudTrail.SecurityGroup.OpenedToWorld`
  .trim()
  .split("\n");

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const child = spawn(process.execPath, [join(packageRoot, "dist/dev/demo.js"), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** Severity, count and rule of each line of the table. */
function tableOf(stdout: string): string[] {
  return stdout
    .split("\n")
    .map((line) => /^(critical|high|medium|low|info)\b.*?\s(AWS\.\S+)\s+(\d+)\s/.exec(line))
    .filter((match) => match !== null)
    .map(([, severity = "", rule, count]) => `${severity.padEnd(8)} ${count} ${rule}`);
}

async function freePort(): Promise<string> {
  return String(await findFreePort(19_280, 19_380));
}

describe("npm run demo on files", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "trailtag-demo-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("ships the sample, shows its alerts, and ends well; a second run changes nothing", async () => {
    const args = ["--once", "--data", folder, "--port", await freePort()];
    const first = await demo(args);
    expect(first).toMatchObject({ code: 0 });
    expect(tableOf(first.stdout)).toEqual(TABLE);
    expect(first.stdout).toContain(
      "401 events received, 400 stored, 1 duplicate (the sample holds one record twice), 0 dead-lettered, 0 skipped.",
    );
    const stored = readFileSync(join(folder, "events.ndjson"), "utf8");
    expect(stored.trimEnd().split("\n")).toHaveLength(400);

    const second = await demo(args);
    expect(second).toMatchObject({ code: 0 });
    expect(tableOf(second.stdout)).toEqual(TABLE);
    expect(second.stdout).toContain(
      "401 events received, 0 stored, 401 duplicates (stored by an earlier run), ",
    );
    expect(readFileSync(join(folder, "events.ndjson"), "utf8")).toBe(stored);
  }, 120_000);

  it("stays up without --once until it is told to stop", async () => {
    const port = await freePort();
    const main = join(packageRoot, "dist/dev/demo.js");
    const child = spawn(process.execPath, [main, "--store", "files", "--data", folder, "--port", port], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    await waitFor(() => stderr.includes("TrailTag stays up at"), {
      timeout_ms: 60_000,
      what: "the demo's last line",
    });
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow();
  }, 120_000);

  it("says in a sentence that its port is taken", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port } = squatter.address() as AddressInfo;
    const run = await demo(["--once", "--store", "files", "--data", folder, "--port", String(port)]);
    squatter.close();
    expect(run).toEqual({
      code: 69,
      stdout: "",
      stderr: `Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another with --port.\n`,
    });
  });

  it("refuses a folder for files where OpenSearch is named", async () => {
    for (const named of [
      ["--opensearch", "http://127.0.0.1:1"],
      ["--store", "opensearch"],
    ]) {
      const run = await demo(["--data", folder, ...named]);
      expect(run.code).toBe(64);
      expect(run.stderr).toMatch(
        /^--data is the folder of the files store, and OpenSearch is named besides\.\n/,
      );
    }
  });

  it("says that it waits for a named OpenSearch, and ends at once when told to", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const args = [join(packageRoot, "dist/dev/start.js"), "--opensearch", url, "--port", await freePort()];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    await waitFor(() => stderr.includes("\n"), { what: "its first line" });
    expect(stderr).toBe(`Waiting up to 20 s for OpenSearch at ${url} to answer.\n`);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(130);
    expect(stderr).toMatch(/\nStopping\.\n$/);
  });

  it("refuses flags that it does not know", async () => {
    const run = await demo(["--onec"]);
    expect(run.code).toBe(64);
    expect(run.stderr).toMatch(/^Unknown option '--onec'.*\nnpm run demo -- \[flags\]\n/);
  });
});

describeWithOpenSearch("npm run demo on OpenSearch", () => {
  const prefix = testPrefix();
  afterAll(() => deletePrefix(prefix));

  it("shows the same alerts, and a query that finds tagged events", async () => {
    const env = { TRAILTAG_OPENSEARCH__INDEX_PREFIX: prefix };
    const args = ["--once", "--opensearch", testOpenSearch().url, "--port", await freePort()];
    for (const stored of [400, 0]) {
      const run = await demo(args, env);
      expect(run).toMatchObject({ code: 0 });
      expect(tableOf(run.stdout)).toEqual(TABLE);
      expect(run.stdout).toContain(`401 events received, ${stored} stored, ${401 - stored} duplicate`);

      const curl = /^ {2}curl -s '([^']+)' -H 'content-type: application\/json' -d '([^']+)'$/m.exec(
        run.stdout,
      );
      const answer = await fetch(curl?.[1] ?? "", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: curl?.[2] ?? "",
      });
      const { hits } = (await answer.json()) as any;
      expect(hits.total.value).toBe(10);
      expect(hits.hits[0]._source).toMatchObject({
        eventName: "AttachUserPolicy",
        detection: { severity: "high" },
        rule: { id: ["AWS.CloudTrail.AdminPolicy.Attached"] },
      });
    }
  }, 180_000);
});
