import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadConfig } from "../../src/config/load.js";
import { EXIT } from "../../src/lib/errors.js";
import { commandPath } from "../harness/requirements.js";
import { readUnit, ROOT } from "./read-unit.js";

const unit = readUnit();
const service = (key: string): string => unit.one("Service", key);
const UNIT_FILE = join(ROOT, "deploy/systemd/trailtag.service");
const operating = readFileSync(join(ROOT, "docs/operating.md"), "utf8");

describe("the systemd unit", () => {
  it("runs the package's command with the configuration that the docs install", () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(service("ExecStart")).toBe(
      `/usr/bin/node /opt/trailtag/${bin.trailtag} serve --config /etc/trailtag/trailtag.yml`,
    );
    expect(operating).toContain("deploy/systemd/trailtag.yml /etc/trailtag/trailtag.yml");
    expect(unit.sections()).toEqual(["Unit", "Service", "Install"]);
  });

  it("gives requests under way the time that serve takes, and starts again on what a restart may mend", () => {
    const [, grace] = /const STOP_GRACE_MS = ([\d_]+);/.exec(
      readFileSync(join(ROOT, "src/cli/serve.ts"), "utf8"),
    )!;
    expect(Number(service("TimeoutStopSec")) * 1_000).toBeGreaterThan(
      Number(grace!.replaceAll("_", "")) + 10_000,
    );
    expect(service("Restart")).toBe("always");
    expect(service("RestartPreventExitStatus").split(" ").map(Number)).toEqual([
      EXIT.usage,
      EXIT.configuration,
    ]);
    expect(service("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
    expect(service("Type")).toBe("exec");
  });

  it.each([
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["PrivateTmp", "yes"],
    ["PrivateDevices", "yes"],
    ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"],
    ["SystemCallArchitectures", "native"],
    // V8 would not start.
    ["MemoryDenyWriteExecute", "no"],
  ])("%s=%s", (key, value) => {
    expect(service(key)).toBe(value);
  });

  it("lets through the calls of a service, less those that change the machine", () => {
    expect(unit.all("Service", "SystemCallFilter")).toEqual(["@system-service", "~@privileged @resources"]);
  });

  it("comes with a configuration that loads, and writes only where the unit lets it", () => {
    const dir = mkdtempSync(join(tmpdir(), "trailtag-systemd-"));
    try {
      const [credential] = service("LoadCredential").split(":");
      writeFileSync(join(dir, credential!), "secret\n");
      const env = Object.fromEntries(
        unit.all("Service", "Environment").map((line) =>
          line
            .split(/=(.*)/s)
            .slice(0, 2)
            .map((part) => part.replace("%d", dir)),
        ),
      );
      const file = join(ROOT, "deploy/systemd/trailtag.yml");
      const config = loadConfig({ files: [file], env, flags: {} });
      expect(config.opensearch.password).toBe("secret");
      expect(config.auth.mode).toBe("api_key");
      expect(dirname(config.spool.dir)).toBe(`/var/lib/${service("StateDirectory")}`);
      expect(dirname(config.log.audit_file!)).toBe(`/var/log/${service("LogsDirectory")}`);
      expect(service("WorkingDirectory")).toBe(`/var/lib/${service("StateDirectory")}`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("keeps the heap well below the memory that it may have", () => {
    const heap = Number(/--max-old-space-size=(\d+)/.exec(unit.all("Service", "Environment").join(" "))![1]);
    const max = Number(/^(\d+)M$/.exec(service("MemoryMax"))![1]);
    expect(heap).toBeLessThan(max * 0.6);
    expect(Number(/^(\d+)M$/.exec(service("MemoryHigh"))![1])).toBeLessThan(max);
  });

  // Where it is installed; what is above holds everywhere.
  const analyze = commandPath("systemd-analyze");
  if (analyze !== undefined) {
    it("is hardly exposed, as systemd itself sees it", () => {
      const args = ["security", "--offline=true", "--no-pager", UNIT_FILE];
      const report = execFileSync(analyze, args, { encoding: "utf8", stdio: "pipe" });
      const [, level] = /Overall exposure level for \S+: (\d+\.\d+)/.exec(report)!;
      expect(Number(level)).toBeLessThan(1.5);
    });
  }
});
