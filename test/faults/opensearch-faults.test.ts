import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";
import { expectWhole, startFaultRun } from "./harness/fault-run.js";
import { shortOrLong } from "./harness/mode.js";
import type { FaultPlan } from "./harness/proxy.js";

jest.setTimeout(600_000);

const FAULTS = shortOrLong(6, 300);

describeWithOpenSearch("TrailTag in front of an OpenSearch that", () => {
  const cases: readonly (readonly [string, FaultPlan])[] = [
    ["refuses random items with 429", { rates: { busy_items: 0.5 } }],
    ["answers 503", { rates: { unavailable: 0.2, unavailable_after: 0.1 } }],
    ["answers 429", { rates: { too_many_requests: 0.3 } }],
    ["hangs", { rates: { hang: 0.1, hang_after: 0.1 }, hangMs: 4_000 }],
    ["breaks connections", { rates: { reset: 0.1, reset_reply: 0.2 } }],
    ["answers garbage", { rates: { garbage: 0.3 } }],
    ["answers slowly", { rates: { slow: 0.4 } }],
    [
      "does all of that",
      {
        rates: {
          busy_items: 0.1,
          unavailable: 0.05,
          unavailable_after: 0.05,
          too_many_requests: 0.05,
          hang: 0.02,
          hang_after: 0.02,
          reset: 0.05,
          reset_reply: 0.05,
          garbage: 0.05,
          slow: 0.1,
        },
      },
    ],
  ];

  it.each(cases)("%s: nothing is lost and nothing is stored twice", async (name, plan) => {
    const run = await startFaultRun({ name, openSearchUrl: testOpenSearch().url, spool: "off" });
    try {
      await run.begin();
      run.proxy.plan(plan);
      run.shipAll();
      await waitFor(() => sum(run.proxy.met()) >= FAULTS, { what: "enough faults", timeout_ms: 500_000 });
      run.proxy.plan();
      expectWhole(await run.finish());
    } finally {
      await run.close();
    }
  });
});

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
