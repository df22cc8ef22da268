import { setTimeout as sleep } from "node:timers/promises";
import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { expectWhole, startFaultRun, type FaultRun } from "./harness/fault-run.js";
import { shortOrLong } from "./harness/mode.js";

jest.setTimeout(1_200_000);

const KILLS = shortOrLong(3, 50);

describeWithOpenSearch("SIGKILL of TrailTag under load", () => {
  let run: FaultRun;
  afterEach(() => run.close());

  /** Kills it at random moments, some of them while it starts. */
  async function killAgainAndAgain(): Promise<void> {
    for (let kill = 0; kill < KILLS; kill++) {
      // The moment of the fault itself.
      await sleep(run.random.between(50, 1_200));
      await run.service.kill();
      await run.service.start();
    }
  }

  it.each(["off", "on"] as const)("with OpenSearch up and the spool %s", async (mode) => {
    const openSearchUrl = testOpenSearch().url;
    const name = `SIGKILL, OpenSearch up, spool ${mode}`;
    run = await startFaultRun({ name, openSearchUrl, spool: mode === "off" ? "off" : {} });
    await run.begin();
    run.shipAll();
    await killAgainAndAgain();
    expectWhole(await run.finish(KILLS));
  });

  it("with OpenSearch away and the spool taking all", async () => {
    const name = "SIGKILL, OpenSearch away";
    run = await startFaultRun({ name, openSearchUrl: testOpenSearch().url, spool: { after_ms: 100 } });
    await run.begin();
    await run.proxy.goAway();
    run.shipAll();
    await killAgainAndAgain();
    await run.quiet();
    await run.proxy.comeBack();
    expectWhole(await run.finish(KILLS));
  });

  it("with OpenSearch coming and going", async () => {
    const name = "SIGKILL, OpenSearch comes and goes";
    run = await startFaultRun({ name, openSearchUrl: testOpenSearch().url, spool: { after_ms: 200 } });
    await run.begin();
    run.shipAll();
    for (let kill = 0; kill < KILLS; kill++) {
      await run.proxy.goAway();
      await sleep(run.random.between(100, 1_500));
      if (kill % 2 === 0) await run.service.kill();
      await run.proxy.comeBack();
      await sleep(run.random.between(100, 1_000));
      if (run.service.running()) await run.service.kill();
      await run.service.start();
    }
    expectWhole(await run.finish(KILLS));
  });
});
