import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createEventSource, type EventSource } from "../faults/harness/event-source.js";
import { startFaultRun, untilDrained, type FaultRun } from "../faults/harness/fault-run.js";
import { shortOrLong } from "../faults/harness/mode.js";
import { count, readStored } from "../faults/harness/stored.js";
import { testOpenSearch } from "../harness/opensearch.js";
import { describeWith, PARTS, syslogNg } from "../harness/requirements.js";
import { waitFor } from "../harness/wait-for.js";

jest.setTimeout(300_000);

const RECORDS = 300;
const FAULT_MS = shortOrLong(3_000, 10_000);

const missing = PARTS["syslog-ng"].missing() === undefined ? "opensearch" : "syslog-ng";
describeWith(missing, "syslog-ng's http() through TrailTag into OpenSearch", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-e2e-syslog-ng-"));
  const log = join(dir, "cloudtrail.ndjson");
  let run: FaultRun;
  let source: EventSource;
  let daemon: ChildProcess;
  let total = 0;

  beforeAll(async () => {
    const { url } = testOpenSearch();
    run = await startFaultRun({ name: "syslog-ng", openSearchUrl: url, spool: { after_ms: 1_000 } });
    await run.begin();
    source = createEventSource(`syslog-ng-${run.prefix}`);
    writeFileSync(log, "");
    const conf = join(dir, "syslog-ng.conf");
    // The plainest configuration that people copy: into the bulk endpoint, no retry settings.
    writeFileSync(
      conf,
      `@version: 3.35
options { log-msg-size(1048576); };
source s_file { file("${log}" follow-freq(1) flags(no-parse)); };
destination d_bulk {
  http(
    url("${run.service.url}/_bulk")
    method("POST")
    headers("Content-Type: application/x-ndjson")
    body("{\\"index\\":{\\"_index\\":\\"cloudtrail\\"}}\\n\${MESSAGE}")
    delimiter("\\n")
    body-suffix("\\n")
    batch-lines(25)
    batch-timeout(500)
  );
};
log { source(s_file); destination(d_bulk); };
`,
    );
    const { command, modules, env } = syslogNg()!;
    const files = ["persist", "control", "pid"].map((name) => join(dir, name));
    daemon = spawn(
      command,
      [
        "-F",
        "--no-caps",
        "--module-path",
        modules,
        "-f",
        conf,
        "-R",
        files[0]!,
        "-c",
        files[1]!,
        "-p",
        files[2]!,
      ],
      { stdio: "ignore", env: { ...process.env, ...env } },
    );
  });

  afterAll(async () => {
    if (daemon.exitCode === null) {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    }
    await run.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function append(): readonly string[] {
    const { ids, documents } = source.next(RECORDS);
    total += ids.length;
    appendFileSync(log, `${documents.join("\n")}\n`);
    return ids;
  }

  /** Waits for as many, then looks which they are. */
  async function expectAllOnce(ids: readonly string[]): Promise<void> {
    const { url } = testOpenSearch();
    const events = `${run.prefix}-events-*`;
    await waitFor(
      async () => {
        await fetch(`${url}/${events}/_refresh`, { method: "POST" });
        return (await count(url, events, { prefix: { eventID: "syslog-ng-" } })) >= total;
      },
      { what: `${total} records in OpenSearch`, timeout_ms: 120_000, every_ms: 300 },
    );
    await untilDrained(run.service);
    const stored = await readStored(url, run.prefix);
    expect(ids.filter((id) => stored.events.get(id) !== 1)).toEqual([]);
    expect([...stored.events.values()].filter((times) => times !== 1)).toEqual([]);
    expect(stored.deadLetters).toBe(0);
    // Every tenth raises an alert, and so did the two of the harness's own first batch.
    expect([...stored.alerts.values()].reduce((sum, n) => sum + n, 0)).toBe(stored.tagged);
  }

  it("stores every record of the file once", async () => {
    await expectAllOnce(append());
  });

  it("also while OpenSearch answers 429 for random items", async () => {
    run.proxy.plan({ rates: { busy_items: 0.7 }, itemRate: 0.3 });
    const ids = append();
    await waitFor(() => run.proxy.met().busy_items >= 3, { what: "some faults", timeout_ms: 60_000 });
    run.proxy.plan();
    await expectAllOnce(ids);
  });

  it("also while OpenSearch answers whole requests with 503", async () => {
    run.proxy.plan({ rates: { unavailable: 1 } });
    const ids = append();
    await sleep(FAULT_MS);
    run.proxy.plan();
    await expectAllOnce(ids);
  });

  it("also while OpenSearch is away", async () => {
    await run.proxy.goAway();
    const ids = append();
    await sleep(FAULT_MS);
    await run.proxy.comeBack();
    await expectAllOnce(ids);
  });
});
