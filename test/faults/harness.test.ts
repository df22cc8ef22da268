import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { startFaultRun, untilDrained, type FaultRun } from "./harness/fault-run.js";
import { readStored } from "./harness/stored.js";

jest.setTimeout(120_000);

describeWithOpenSearch("The count that the fault tests rely on", () => {
  let run: FaultRun;
  afterEach(() => run.close());

  it("finds what is lost, what is there twice, what nobody sent, and alerts that count wrongly", async () => {
    const { url } = testOpenSearch();
    run = await startFaultRun({ name: "tampered with", openSearchUrl: url });
    await run.begin();
    await untilDrained(run.service);
    const ids = [...(await readStored(url, run.prefix)).events.keys()].sort();
    const plain = ids.filter((id) => run.source.windowOf(id) === undefined);
    const raising = ids.find((id) => run.source.windowOf(id) !== undefined)!;
    const events = `${url}/${run.prefix}-events-*`;
    const json = { "content-type": "application/json" };
    for (const id of [plain[0]!, raising]) {
      const body = JSON.stringify({ query: { term: { eventID: id } } });
      await fetch(`${events}/_delete_by_query`, { method: "POST", headers: json, body });
    }
    for (const id of [plain[1]!, "nobody-sent-this"]) {
      const body = JSON.stringify({ eventID: id });
      await fetch(`${url}/${run.prefix}-events-1999.w01/_doc/${id}`, { method: "PUT", headers: json, body });
    }
    const figures = await run.finish();
    expect([...figures.lost].sort()).toEqual([plain[0], raising].sort());
    expect(figures.duplicated).toEqual([plain[1]]);
    expect(figures.unknown).toEqual(["nobody-sent-this"]);
    expect(figures.alertsOff).toHaveLength(1);
    expect(figures.peakMemory).toBeGreaterThan(20 * 1024 * 1024);
  });
});
