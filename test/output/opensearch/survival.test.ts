import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import {
  deletePrefix,
  describeWithOpenSearch,
  testOpenSearch,
  testPrefix,
} from "../../harness/opensearch.js";
import { waitFor } from "../../harness/wait-for.js";
import { ask, eventWrite, NOON, seconds, stored, testStore } from "./fixture.js";

jest.setTimeout(60_000);

describeWithOpenSearch("The OpenSearch store while things are taken from under it", () => {
  const { url } = testOpenSearch();
  const prefixes: string[] = [];
  const newPrefix = (): string => {
    const prefix = testPrefix();
    prefixes.push(prefix);
    return prefix;
  };
  afterAll(async () => {
    for (const prefix of prefixes) await deletePrefix(prefix);
  });

  it("makes an index anew with its mappings when index and templates are deleted between two writes", async () => {
    const prefix = newPrefix();
    const { store } = testStore({ url, prefix });
    await store.start();
    await store.write([eventWrite({ id: "before", alerts: ["k"] })], seconds(20));
    await store.settle();
    await ask(url, "DELETE", `/_index_template/${prefix}-*`);
    for (const part of ["events-2026.w47", "alerts-2026.11", "deadletter"]) {
      expect(await ask(url, "DELETE", `/${prefix}-${part}`)).toEqual({ acknowledged: true });
    }
    const batch = [eventWrite({ id: "after", alerts: ["k"], record: { guessed: "text" } })];
    expect(await store.write(batch, seconds(20))).toEqual(["stored"]);
    await store.settle();
    const indices = await ask(url, "GET", `/${prefix}-*/_mapping`);
    expect(Object.keys(indices).sort()).toEqual([`${prefix}-alerts-2026.11`, `${prefix}-events-2026.w47`]);
    for (const { mappings } of Object.values<any>(indices)) {
      expect(mappings.dynamic).toBe("false");
      expect(mappings.properties["@timestamp"].type).toBe("date");
      expect(mappings.properties.guessed).toBeUndefined();
    }
    expect((await stored(url, `${prefix}-events-*`)).map((hit) => hit._id)).toEqual(["after"]);
    await store.close();
  });

  it("gives an index that is there, or whose alias was taken away, the alias it writes through", async () => {
    const prefix = newPrefix();
    const index = `${prefix}-events-2026.w47`;
    const first = testStore({ url, prefix });
    await first.store.start();
    await ask(url, "PUT", `/${index}`);
    await first.store.write([eventWrite({ id: "a" })], seconds(20));
    expect(await ask(url, "GET", `/${index}/_alias`)).toEqual({
      [index]: { aliases: { [`${index}.write`]: {} } },
    });
    await ask(url, "DELETE", `/${index}/_alias/*`);
    expect(await first.store.write([eventWrite({ id: "b" })], seconds(20))).toEqual(["stored"]);
    await first.store.close();
  });

  it("writes through an alias that somebody put in the place of an index", async () => {
    const prefix = newPrefix();
    const index = `${prefix}-events-2026.w47`;
    await ask(url, "PUT", `/${prefix}-copied`, { aliases: { [index]: {} } });
    const { store } = testStore({ url, prefix });
    await store.start();
    expect(await store.write([eventWrite({ id: "a" })], seconds(20))).toEqual(["stored"]);
    expect((await stored(url, `${prefix}-copied`)).length).toBe(1);
    await store.close();
  });

  it("holds what goes to an index that has no shard to write to, and says so", async () => {
    const prefix = newPrefix();
    const index = `${prefix}-events-2026.w47`;
    const nowhere = { "index.routing.allocation.require._name": "no-such-node", number_of_replicas: 0 };
    await ask(url, "PUT", `/${index}?wait_for_active_shards=0`, { settings: nowhere });
    const { store } = testStore({ url, prefix, client: { node: url, requestTimeoutMs: 2_000 } });
    await store.start();
    const red = store.write([eventWrite({ id: "red" })], seconds(40));
    await waitFor(() => !store.status().ready, { what: "the store to say so" });
    expect(store.status().message).toContain("unavailable_shards_exception");
    // Another index is none the worse.
    const other = eventWrite({ id: "green", time: NOON - 30 * 86_400_000 });
    expect(await store.write([other], seconds(20))).toEqual(["stored"]);
    await ask(url, "PUT", `/${index}/_settings`, { "index.routing.allocation.require._name": null });
    expect(await red).toEqual(["stored"]);
    await waitFor(() => store.status().ready);
    await store.close();
  });

  it("is not ready while an index cannot be made, and says why", async () => {
    const prefix = newPrefix();
    const { store } = testStore({ url, prefix });
    await store.start();
    // The limit of shards is the whole cluster's: here a template asks for an alias whose name is taken.
    await ask(url, "PUT", `/_index_template/${prefix}-greedy`, {
      index_patterns: [`${prefix}-events-2026.w47`],
      priority: 5_000,
      template: { aliases: { [`${prefix}-taken`]: {} } },
    });
    await ask(url, "PUT", `/${prefix}-taken`, {});
    const write = store.write([eventWrite({ id: "unmade" })], seconds(30));
    await waitFor(() => !store.status().ready, { what: "the store to say so" });
    expect(store.status().message).toContain(`${prefix}-events-2026.w47 cannot be made: `);
    const other = eventWrite({ id: "made", time: NOON - 30 * 86_400_000 });
    expect(await store.write([other], seconds(20))).toEqual(["stored"]);
    expect(store.status()).toEqual({ ready: true, message: expect.stringContaining("but not all") });
    await ask(url, "DELETE", `/_index_template/${prefix}-greedy`);
    expect(await write).toEqual(["stored"]);
    expect(store.status().message).toMatch(/takes documents\.$/);
    await store.close();
  });

  it("sets up again when OpenSearch has another version than before", async () => {
    const prefix = newPrefix();
    const shown: { version?: string } = {};
    // Only to have another version to show: all else is passed on.
    const proxy = createServer((req, res) => {
      const onward = request(`${url}${req.url}`, { method: req.method, headers: req.headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => {
          res.writeHead(answer.statusCode ?? 502, { "content-type": "application/json" });
          const change = req.url === "/" && shown.version !== undefined;
          res.end(change ? text.replace(/"number" ?: ?"[^"]*"/, `"number":"${shown.version}"`) : text);
        });
      });
      onward.on("error", () => res.destroy());
      req.pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { store, lines } = testStore({
      url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      prefix,
    });
    await store.start();
    await ask(url, "DELETE", `/_index_template/${prefix}-*`);
    shown.version = "9.9.9";
    await waitFor(() =>
      lines.some(({ message }) => message === "OpenSearch has another version than before."),
    );
    await waitFor(async () => {
      const { index_templates } = await ask(url, "GET", `/_index_template/${prefix}-*`);
      return index_templates.length === 3;
    });
    await store.close();
    proxy.closeAllConnections();
    proxy.close();
  });
});
