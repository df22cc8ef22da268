import { Agent } from "node:http";
import { connect } from "node:net";
import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";
import type { Batch } from "./harness/event-source.js";
import { expectWhole, startFaultRun, type FaultRun } from "./harness/fault-run.js";
import { LONG, shortOrLong } from "./harness/mode.js";
import { bulkText, postBulk } from "./harness/shipper.js";

jest.setTimeout(900_000);

describeWithOpenSearch("Clients that", () => {
  let run: FaultRun;
  afterEach(() => run.close());

  it("are two hundred at once", async () => {
    run = await startFaultRun({ name: "200 clients", openSearchUrl: testOpenSearch().url });
    await run.begin();
    const shippers = Array.from({ length: 200 }, () => run.ship({ batchSize: shortOrLong(5, 50) }));
    await waitFor(() => shippers.every(({ answers }) => total(answers) >= shortOrLong(2, 20)), {
      what: "every client to send its batches",
      timeout_ms: 600_000,
    });
    expectWhole(await run.finish());
    // Enough for all: nobody is turned away.
    expect(
      shippers.flatMap(({ answers }) => [...answers.keys()].filter((answer) => answer !== "200")),
    ).toEqual([]);
  });

  it("vanish in the middle of a body, and come back with all of it", async () => {
    run = await startFaultRun({ name: "clients vanish mid-body", openSearchUrl: testOpenSearch().url });
    await run.begin();
    run.shipAll(2);
    const agent = new Agent({ keepAlive: true });
    for (let i = 0; i < shortOrLong(20, 500); i++) {
      const batch = run.source.next(20);
      run.note(batch.ids, true);
      await vanish(batch, run.random.next());
      const { status } = await postBulk(`${run.service.url}/_bulk`, bulkText(batch), agent);
      expect(status).toBe(200);
    }
    // These do not come back: what they began may be stored or not, but not twice.
    for (let i = 0; i < 20; i++) {
      const batch = run.source.next(20);
      run.note(batch.ids, false);
      await vanish(batch, run.random.next());
    }
    agent.destroy();
    expectWhole(await run.finish());
  });

  it("send everything ten times, some of it at the same time", async () => {
    run = await startFaultRun({ name: "everything ten times", openSearchUrl: testOpenSearch().url });
    await run.begin();
    const agent = new Agent({ keepAlive: true });
    for (let i = 0; i < shortOrLong(3, 60); i++) {
      const batch = run.source.next(100);
      run.note(batch.ids, true);
      const body = bulkText(batch);
      const send = async (): Promise<void> => {
        const { status, text } = await postBulk(`${run.service.url}/_bulk`, body, agent);
        expect([status, text.includes('"errors":false')]).toEqual([200, true]);
      };
      await Promise.all(Array.from({ length: 5 }, send));
      for (let again = 0; again < 4; again++) await send();
      if (LONG && i % 10 === 5) await run.service.kill().then(() => run.service.start());
      await send();
    }
    agent.destroy();
    expectWhole(await run.finish());
  });

  /** Sends this share of a body, then breaks the connection. */
  function vanish(batch: Batch, share: number): Promise<void> {
    const body = Buffer.from(bulkText(batch));
    const port = Number(new URL(run.service.url).port);
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        const head = [
          "POST /_bulk HTTP/1.1",
          `host: 127.0.0.1:${port}`,
          "content-type: application/x-ndjson",
          `content-length: ${body.length}`,
        ];
        socket.write(`${head.join("\r\n")}\r\n\r\n`);
        socket.write(body.subarray(0, Math.floor(body.length * share)), () => {
          if (share < 0.5) socket.resetAndDestroy();
          else socket.end();
          resolve();
        });
      });
      socket.on("error", () => resolve());
    });
  }
});

function total(answers: ReadonlyMap<string, number>): number {
  return [...answers.values()].reduce((sum, n) => sum + n, 0);
}
