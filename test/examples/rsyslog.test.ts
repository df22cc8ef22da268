import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandPath, describeWith } from "../harness/requirements.js";
import { waitFor } from "../harness/wait-for.js";
import { EXAMPLES, readExample } from "./read-examples.js";
import { startTrailTag, type RunningTrailTag } from "./start-trailtag.js";

describeWith("rsyslog", "rsyslog/cloudtrail.conf", () => {
  let dir: string;
  let trailtag: RunningTrailTag;
  let daemon: ChildProcess | undefined;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "trailtag-rsyslog-"));
    mkdirSync(join(dir, "logs"));
    mkdirSync(join(dir, "state"));
    trailtag = await startTrailTag();
  });
  afterEach(async () => {
    if (daemon?.exitCode === null) {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    }
    await trailtag.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The config as it is, less its folders and its port, which belong to the machine. */
  function placed(): string {
    const conf = readExample("rsyslog/cloudtrail.conf")
      .replaceAll("/var/spool/rsyslog", join(dir, "state"))
      .replaceAll("/var/log/cloudtrail", join(dir, "logs"))
      .replaceAll("127.0.0.1:9280", `127.0.0.1:${trailtag.port}`);
    const path = join(dir, "cloudtrail.conf");
    writeFileSync(path, conf);
    return path;
  }

  it("is accepted by rsyslogd without a complaint", () => {
    const { status, stderr } = spawnSync(commandPath("rsyslogd")!, ["-N1", "-f", placed()], {
      encoding: "utf8",
    });
    expect(stderr.split("\n").filter((line) => line !== "" && !/config validation run/.test(line))).toEqual(
      [],
    );
    expect(status).toBe(0);
  });

  it("ships every record of a file once", async () => {
    const sample = join(EXAMPLES, "compose/samples/cloudtrail.ndjson");
    copyFileSync(sample, join(dir, "logs/sample.ndjson"));
    const args = ["-n", "-f", placed(), "-i", join(dir, "rsyslogd.pid")];
    daemon = spawn(commandPath("rsyslogd")!, args, { stdio: "ignore" });
    const ids = (path: string): string[] =>
      existsSync(path)
        ? readFileSync(path, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line).eventID)
            .sort()
        : [];
    const wanted = ids(sample);
    await waitFor(() => ids(join(trailtag.dir, "events.ndjson")).length >= wanted.length, {
      what: "every record in the store",
    });
    expect(ids(join(trailtag.dir, "events.ndjson"))).toEqual(wanted);
    expect(readFileSync(join(trailtag.dir, "deadletter.ndjson"), "utf8")).toBe("");
  }, 30_000);
});
