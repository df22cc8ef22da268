import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";
import { expectWhole, startFaultRun, type FaultRun } from "./harness/fault-run.js";
import { shortOrLong } from "./harness/mode.js";
import type { Shipper } from "./harness/shipper.js";

jest.setTimeout(900_000);

/** Refused soon, so that the run sees many refusals. */
const limits = { hold_ms: 1_000 };
/** Little fills the spool. */
const paddingBytes = 2_000;

describeWithOpenSearch("A spool with no room left, while OpenSearch is away", () => {
  let run: FaultRun;
  let disk: SmallDisk | undefined;
  afterEach(async () => {
    await run.close();
    disk?.remove();
    disk = undefined;
  });

  it("because of spool.max_bytes: shippers that send again lose nothing, and nothing acknowledged is lost", async () => {
    const name = "beyond the spool's capacity";
    const spool = { after_ms: 1_000, max_bytes: 1_048_576 };
    run = await startFaultRun({
      name,
      openSearchUrl: testOpenSearch().url,
      spool,
      config: { limits },
      paddingBytes,
    });
    await run.begin();
    await run.proxy.goAway();
    const shippers = load();
    await untilRefused(shippers, shortOrLong(1, 30));
    await run.proxy.comeBack();
    expectWhole(await run.finish());
  });

  it("because its disk is full: the same, and it takes events again once there is room", async () => {
    const openSearchUrl = testOpenSearch().url;
    disk = mountSmallDisk();
    const spool = { after_ms: 1_000 };
    const name = disk === undefined ? "spool's files cannot grow" : "spool's disk is full";
    run = await startFaultRun({
      name,
      openSearchUrl,
      spool,
      config: { limits },
      paddingBytes,
      ...(disk === undefined ? { maxFileBytes: 512 * 1024 } : { spoolDir: disk.spoolDir }),
    });
    await run.begin();
    await run.proxy.goAway();
    const shippers = load();
    await untilRefused(shippers, shortOrLong(1, 30));
    const before = acknowledged(shippers);
    if (disk === undefined)
      execFileSync("prlimit", ["--pid", String(run.service.pid()), "--fsize=unlimited:"]);
    else disk.makeRoom();
    await waitFor(() => acknowledged(shippers) > before + 60, {
      what: "the spool to take events again",
      timeout_ms: 60_000,
    });
    await run.proxy.comeBack();
    expectWhole(await run.finish());
  });

  function load(): readonly Shipper[] {
    const retries = Array.from({ length: 4 }, () => run.ship({ batchSize: 20, pauseMs: 0 }));
    return [...retries, run.ship({ batchSize: 20, pauseMs: 0, retries: false })];
  }
});

async function untilRefused(shippers: readonly Shipper[], times: number): Promise<void> {
  const refusals = ({ answers }: Shipper): number => (answers.get("429") ?? 0) + (answers.get("503") ?? 0);
  await waitFor(() => shippers.every((shipper) => refusals(shipper) >= times), {
    what: "every shipper to be refused",
    timeout_ms: 300_000,
  });
}

function acknowledged(shippers: readonly Shipper[]): number {
  return shippers.reduce((sum, { acknowledged: ids }) => sum + ids.size, 0);
}

interface SmallDisk {
  readonly spoolDir: string;
  makeRoom(): void;
  remove(): void;
}

/** A disk of 1 MiB, half of it taken; undefined where nobody may mount one. */
function mountSmallDisk(): SmallDisk | undefined {
  const root = mkdtempSync(join(tmpdir(), "trailtag-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", root], { stdio: "ignore" });
  } catch {
    rmSync(root, { recursive: true });
    return undefined;
  }
  writeFileSync(join(root, "ballast"), Buffer.alloc(512 * 1024));
  const spoolDir = join(root, "spool");
  mkdirSync(spoolDir);
  return {
    spoolDir,
    makeRoom: () => rmSync(join(root, "ballast")),
    remove: () => {
      execFileSync("umount", [root]);
      rmSync(root, { recursive: true });
    },
  };
}
