import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openSpool } from "../../src/spool/open-spool.js";
import { realFiles, type SpoolFiles } from "../../src/spool/spool-files.js";
import { SpoolFullError, SpoolLockedError, type Spool } from "../../src/spool/spool.js";
import { waitFor } from "../harness/wait-for.js";
import { compileForChild } from "../output/files/compile-for-child.js";

const LONG = process.env["TRAILTAG_FAULTS"] === "long";
jest.setTimeout(LONG ? 900_000 : 60_000);

let compiled: string;
let dir: string;

beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), "trailtag-spool-"));
  const folders = ["src/lib", "src/output", "src/output/files", "src/spool", "test/spool"];
  compileForChild(join(__dirname, "../.."), folders, compiled);
});
afterAll(() => {
  rmSync(compiled, { recursive: true });
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trailtag-spool-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Starts a process that appends, and calls back for each line it prints until it has ended. */
async function runAppender(
  args: readonly string[],
  onLine: (line: string, child: ChildProcess) => void,
  limit = "",
): Promise<void> {
  const script = join(compiled, "test/spool/killed-appender.js");
  const child = spawn("sh", ["-c", `${limit} exec "$0" "$@"`, process.execPath, script, dir, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    onLine(line, child);
  });
  await Promise.all([once(child, "exit"), once(lines, "close")]);
}

async function numbersIn(spool: Spool): Promise<number[]> {
  const found: number[] = [];
  for (let after = 0; ;) {
    const records = await spool.read(after, 1_000_000);
    if (records.length === 0) return found;
    for (const { payload } of records) found.push(Number.parseInt(Buffer.from(payload).toString(), 10));
    after = records.at(-1)?.number ?? 0;
  }
}

it("has after each SIGKILL all that it acknowledged", async () => {
  const acknowledged = new Set<number>();
  const taken = new Set<number>();
  const rounds = LONG ? 300 : 30;
  for (let round = 0; round < rounds; round += 1) {
    // A random number of lines, so that the kill falls into any phase of an append.
    const killAfter = Math.floor(Math.random() * 150);
    let seen = 0;
    await runAppender([String(round * 1_000_000)], (line, child) => {
      (line.startsWith("+") ? acknowledged : taken).add(Number(line.slice(1)));
      if (seen++ === killAfter) child.kill("SIGKILL");
    });
    const spool = await openSpool({ dir, maxBytes: 50_000_000, segmentBytes: 64 * 1024 });
    const found = await numbersIn(spool);
    const missing = [...acknowledged].filter((n) => !taken.has(n) && !found.includes(n));
    expect(missing).toEqual([]);
    expect(new Set(found).size).toBe(found.length);
    // Only the end of the last segment can be torn.
    expect(spool.status().setAside.records).toBeLessThanOrEqual(8);
    await spool.close();
  }
  expect(acknowledged.size).toBeGreaterThan(rounds);
});

it("is kept from a second process, whose error names the first", async () => {
  let refusal: unknown;
  let pid: number | undefined;
  await runAppender(["0"], (line, child) => {
    if (line !== "+0") return;
    pid = child.pid;
    openSpool({ dir, maxBytes: 1_000_000 })
      .catch((error: unknown) => (refusal = error))
      .finally(() => child.kill("SIGKILL"));
  });
  expect(refusal).toBeInstanceOf(SpoolLockedError);
  expect(String(refusal)).toContain(`process ${pid} `);
});

it("goes on in the next file where a limit stops a file from growing", async () => {
  const appended: number[] = [];
  // 64 blocks of 512 bytes.
  await runAppender(["0", "400"], (line) => appended.push(Number(line.slice(1))), "ulimit -f 64;");
  const spool = await openSpool({ dir, maxBytes: 50_000_000 });
  expect(appended).toHaveLength(400);
  expect((await numbersIn(spool)).sort((a, b) => a - b)).toEqual(appended.sort((a, b) => a - b));
  await spool.close();
});

describe("on a full disk", () => {
  let mounted = false;
  let full = false;

  /** A disk of 1 MiB, where this process may mount one; elsewhere the fault is injected. */
  function smallDisk(): SpoolFiles {
    full = false;
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", dir], { stdio: "ignore" });
      mounted = true;
      return realFiles;
    } catch {
      const fail = () => {
        if (full) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      };
      const open: SpoolFiles["open"] = async (path, how) => {
        const file = await realFiles.open(path, how);
        return {
          ...file,
          write: (data, at) =>
            Promise.resolve()
              .then(fail)
              .then(() => file.write(data, at)),
        };
      };
      return { ...realFiles, open };
    }
  }

  function fill(): void {
    full = true;
    if (!mounted) return;
    try {
      writeFileSync(join(dir, "ballast"), Buffer.alloc(1024 * 1024));
    } catch {
      // As much as there was room for.
    }
  }

  function makeRoom(): void {
    full = false;
    if (mounted) rmSync(join(dir, "ballast"));
  }

  afterEach(() => {
    if (mounted) execFileSync("umount", [dir]);
    mounted = false;
  });

  it("refuses, keeps what it has, starts again, and takes more once there is room", async () => {
    const files = smallDisk();
    const options = { dir: join(dir, "spool"), maxBytes: 50_000_000, files };
    await mkdir(options.dir);
    const spool = await openSpool(options);
    await spool.append(Buffer.from("1 before"), 1);
    fill();
    const noise = Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(Math.random() * 256)));
    await expect(spool.append(noise, 1)).rejects.toThrow(SpoolFullError);
    await expect(spool.append(noise, 1)).rejects.toThrow("no room left");
    expect(spool.status()).toMatchObject({ accepting: false, message: expect.stringContaining("ENOSPC") });
    expect(await numbersIn(spool)).toEqual([1]);
    await spool.close();

    const again = await openSpool(options);
    expect(await numbersIn(again)).toEqual([1]);
    await expect(again.append(noise, 1)).rejects.toThrow(SpoolFullError);
    makeRoom();
    await waitFor(() => again.status().accepting, { what: "the spool to find that it can write again" });
    await again.append(Buffer.from("2 after"), 1);
    expect(await numbersIn(again)).toEqual([1, 2]);
    await again.close();
  });
});
