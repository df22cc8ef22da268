import { setTimeout as sleep } from "node:timers/promises";
import { createEventSource } from "../faults/harness/event-source.js";
import { startFaultRun, untilDrained, type FaultRun } from "../faults/harness/fault-run.js";
import { shortOrLong } from "../faults/harness/mode.js";
import { readStored } from "../faults/harness/stored.js";
import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { replay } from "./replay/replay-shipper.js";
import { SHAPES } from "./replay/shapes.js";

jest.setTimeout(600_000);

const BATCHES = shortOrLong(3, 40);
const BATCH = 25;
/** How long the fault lasts; the first batch of each shipper falls into it. */
const FAULT_MS = shortOrLong(3_000, 10_000);

const FAULTS: Readonly<Record<string, (run: FaultRun) => Promise<() => Promise<void>>>> = {
  "random items answered 429": (run) => {
    run.proxy.plan({ rates: { busy_items: 0.7 }, itemRate: 0.3 });
    return Promise.resolve(() => {
      run.proxy.plan();
      return Promise.resolve();
    });
  },
  "whole requests answered 503": (run) => {
    run.proxy.plan({ rates: { unavailable: 1 } });
    return Promise.resolve(async () => {
      // The fault lasts.
      await sleep(FAULT_MS);
      run.proxy.plan();
    });
  },
  "OpenSearch away": async (run) => {
    await run.proxy.goAway();
    return async () => {
      // The fault lasts.
      await sleep(FAULT_MS);
      await run.proxy.comeBack();
    };
  },
};

describeWithOpenSearch("What shippers send, replayed while OpenSearch is in trouble", () => {
  it.each(Object.entries(FAULTS))("%s: nothing lost, nothing twice", async (fault, begin) => {
    // A short patience, so that also a short fault takes the way through the spool.
    const run = await startFaultRun({
      name: fault,
      openSearchUrl: testOpenSearch().url,
      spool: { after_ms: 1_000 },
    });
    try {
      await run.begin();
      const end = await begin(run);
      const shippers = SHAPES.map((shape, i) =>
        replay(shape, run.service.url, createEventSource(`shape${i}-${run.prefix}`), BATCHES, BATCH),
      );
      const lasting = fault.startsWith("random");
      if (!lasting) await end();
      const replayed = await Promise.all(shippers);
      if (lasting) await end();
      await untilDrained(run.service);
      const { events, deadLetters } = await readStored(testOpenSearch().url, run.prefix);
      const table = replayed.map(({ shape, sent }) => ({
        shape,
        sent: sent.length,
        lost: sent.filter((id) => !events.has(id)).length,
        duplicated: sent.filter((id) => (events.get(id) ?? 0) > 1).length,
      }));
      const width = Math.max(...table.map(({ shape }) => shape.length));
      for (const { shape, sent, lost, duplicated } of table) {
        const cells = [shape.padEnd(width), `${sent} sent`, `${lost} lost`, `${duplicated} duplicated`];
        process.stdout.write(`    ${fault}: ${cells.join("  ")}\n`);
      }
      expect(table).toEqual(
        SHAPES.map(({ name }) => ({ shape: name, sent: BATCHES * BATCH, lost: 0, duplicated: 0 })),
      );
      expect(deadLetters).toBe(0);
      expect(Object.values(run.proxy.met()).reduce((sum, times) => sum + times, 0)).toBeGreaterThan(0);
    } finally {
      await run.close();
    }
  });
});
