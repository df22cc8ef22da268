import { rmSync } from "node:fs";
import { join } from "node:path";
import { startLocalOpenSearch, type LocalOpenSearch } from "../../dev/local-opensearch.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { describeWith } from "../harness/requirements.js";
import { waitFor } from "../harness/wait-for.js";
import { expectWhole, startFaultRun, type FaultRun } from "./harness/fault-run.js";
import { shortOrLong } from "./harness/mode.js";

jest.setTimeout(1_200_000);

const KILLS = shortOrLong(1, 5);

describeWith("local-opensearch", "SIGKILL of OpenSearch under load", () => {
  const dataDir = join(packageRoot, "data/test-faults-opensearch");
  let openSearch: LocalOpenSearch;
  let run: FaultRun;

  beforeAll(async () => {
    rmSync(dataDir, { recursive: true, force: true });
    openSearch = await startLocalOpenSearch({ dataDir, firstPort: 9270 });
  });
  afterAll(async () => {
    await openSearch.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  afterEach(() => run.close());

  it.each(["on"] as const)("loses nothing and stores nothing twice with the spool %s", async (mode) => {
    const name = `SIGKILL of OpenSearch, spool ${mode}`;
    const { url, port } = openSearch;
    run = await startFaultRun({ name, openSearchUrl: url, spool: {}, clear: false });
    await run.begin();
    run.shipAll();
    for (let kill = 0; kill < KILLS; kill++) {
      const before = run.source.made();
      await waitFor(() => run.source.made() > before + 500, { what: "some load", timeout_ms: 60_000 });
      await openSearch.kill();
      openSearch = await startLocalOpenSearch({ dataDir, port });
    }
    expectWhole(await run.finish(KILLS));
  });
});
