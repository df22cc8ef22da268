import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadletterCommand } from "../../src/cli/deadletter.js";
import type { JsonObject } from "../../src/lib/json.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { bulkBody, deniedRecord, record } from "../harness/records.js";
import { runCommand, type CommandRun } from "../harness/run-command.js";
import { startService, type TestService } from "../harness/service.js";

jest.setTimeout(60_000);

const DAY_MS = 86_400_000;
const OLD = new Date(Date.now() - 40 * DAY_MS).toISOString();

/** The same promises for both stores. */
function promises(config: () => JsonObject, flags: () => readonly string[]): void {
  let service: TestService | undefined;

  async function withService(more: JsonObject, use: (service: TestService) => Promise<void>): Promise<void> {
    service = await startService({ config: { ...config(), ...more } });
    try {
      await use(service);
    } finally {
      await service.close();
    }
  }

  async function send(url: string, path: string, body: string): Promise<void> {
    const answer = await fetch(`${url}${path}`, { method: "POST", body });
    expect(answer.status).toBe(200);
  }

  function deadletter(...args: string[]): Promise<CommandRun> {
    return runCommand(deadletterCommand, [...args, ...flags()]);
  }

  async function listed(...args: string[]): Promise<any[]> {
    const { out } = await deadletter("list", "--json", ...args);
    const lines = out.toString().split("\n");
    return lines.filter((line) => line !== "").map((line): unknown => JSON.parse(line));
  }

  // One that is too large is kept in letters of its own, one that is merely long in chunks of one letter.
  const large = JSON.stringify(record("large", { additionalEventData: { x: "x".repeat(11 * 1024 * 1024) } }));
  const long = `{"message":"${"y".repeat(6 * 1024 * 1024)}",}`;
  const broken = Buffer.from('{"eventName":"\u001b[2Jboom', "latin1");
  const odd = Buffer.concat([broken, Buffer.from([0xff, 0x22, 0x7d])]);

  beforeAll(async () => {
    await withService({ events: { max_age_days: 30 } }, async ({ url }) => {
      const old = [1, 2, 3].map((i) => deniedRecord(`old-${i}`, { eventTime: OLD }));
      await send(url, "/trail/_bulk", bulkBody(old));
      await send(url, "/v1/events", large);
      await send(url, "/v1/events", long);
      await fetch(`${url}/v1/events`, { method: "POST", body: odd });
      await send(url, "/v1/events", JSON.stringify(record("taken", { eventName: "First" })));
      await send(url, "/v1/events", JSON.stringify(record("taken", { eventName: "Second" })));
    });
  });

  it("lists them, counts them by reason, and says when it does not show all", async () => {
    const all = await deadletter("list");
    expect(all.code).toBe(0);
    expect(all.out.toString().split("\n")[0]).toMatch(/^id +received +reason +size +replayed +route +index/);
    expect(all.err).toMatch(/^9: event_too_old 3, too_large 3, /);
    expect(all.err).toContain("id_collision 1");
    expect(all.out.toString()).toMatch(/event_too_old .* \/\{index\}\/_bulk +trail +The event is of/);
    expect(all.out.toString()).toMatch(/too_large +4\.0 MiB/);
    const some = await deadletter("list", "--limit", "2");
    expect(some.out.toString().trimEnd().split("\n")).toHaveLength(3);
    expect(some.err).toContain("showing 2 of 9: ");
    expect(await listed("--reason", "event_too_old", "--since", "1h")).toHaveLength(3);
    expect(await listed("--since", "2100-01-01")).toEqual([]);
    await expect(deadletter("list", "--reason", "event_to_old")).rejects.toThrow(
      "Did you mean event_too_old?",
    );
    await expect(deadletter("list", "--since", "soon")).rejects.toThrow("--since takes a time");
  });

  it("shows one by the beginning of its id, with nothing a terminal would act on, and its bytes as they came", async () => {
    const [{ id }] = await listed("--reason", "invalid_utf8");
    const shown = await deadletter("show", id.slice(0, 10));
    expect(shown.code).toBe(0);
    const text = shown.out.toString();
    expect(text).toContain(`id         ${id}`);
    expect(text).toContain("reason     invalid_utf8: ");
    expect(text).toContain('{"eventName":"\\u{1b}[2Jboom');
    expect((await deadletter("show", id, "--raw")).out.equals(odd)).toBe(true);
    await expect(deadletter("show", "abcdef0123")).rejects.toThrow("No dead letter's id begins with");
    await expect(deadletter("show", "It's")).rejects.toThrow("is no id of a dead letter");
  });

  it("puts a large one together from its parts", async () => {
    const [chunked] = await listed("--reason", "invalid_json");
    expect(chunked).toMatchObject({ chunks: 2, size_bytes: long.length });
    expect((await deadletter("show", chunked.id, "--raw")).out.equals(Buffer.from(long))).toBe(true);
    const parts = await listed("--reason", "too_large");
    expect(parts).toHaveLength(3);
    for (const { id } of parts) {
      expect((await deadletter("show", id, "--raw")).out.equals(Buffer.from(large))).toBe(true);
    }
  });

  it("says what a replay would do, and writes nothing", async () => {
    const dry = await deadletter("replay", "--all", "--dry-run");
    expect(dry.code).toBe(1);
    expect(dry.err).toContain(
      "4 letters would be replayed (4 events, those that are stored already among them), 3 still dead.",
    );
    expect(await listed("--replayed", "yes")).toEqual([]);
  });

  it("replays what is an event by now, once, and leaves the rest as it is", async () => {
    const first = await deadletter("replay", "--all");
    expect(first.code).toBe(1);
    expect(first.err).toMatch(/[0-9a-f]{12} is still dead: too_large: /);
    expect(first.err).toMatch(/[0-9a-f]{12} is still dead: invalid_utf8: /);
    expect(first.err).toMatch(/[0-9a-f]{12} is still dead: id_collision: /);
    expect(first.err).toContain("3 letters replayed (3 events stored, 0 stored before), 4 still dead.");
    expect(await listed("--replayed", "no")).toHaveLength(6);
    const replayed = await listed("--replayed", "yes");
    expect(replayed.map(({ reason }) => reason.code)).toEqual(Array(3).fill("event_too_old"));

    const second = await deadletter("replay", "--reason", "event_too_old");
    expect([second.code, second.err]).toEqual([
      0,
      "0 letters replayed (0 events stored, 0 stored before), 0 still dead.\n",
    ]);
    const again = await deadletter("replay", "--reason", "event_too_old", "--again");
    expect(again.err).toContain("3 letters replayed (0 events stored, 3 stored before), 0 still dead.");
    expect(await listed()).toHaveLength(9);
    const named = await deadletter("replay", replayed[0].id.slice(0, 12));
    expect([named.code, named.err]).toEqual([0, expect.stringContaining("--again does it once more.")]);
  });

  it("replays a large one once the limits allow it", async () => {
    process.env["TRAILTAG_LIMITS__MAX_DOCUMENT_BYTES"] = String(16 * 1024 * 1024);
    try {
      const run = await deadletter("replay", "--reason", "too_large");
      expect([run.code, run.err]).toEqual([
        0,
        "1 letter replayed (1 event stored, 0 stored before), 0 still dead.\n",
      ]);
      expect(await listed("--reason", "too_large", "--replayed", "yes")).toHaveLength(3);
    } finally {
      delete process.env["TRAILTAG_LIMITS__MAX_DOCUMENT_BYTES"];
    }
  });

  it("asks which to replay", async () => {
    await expect(deadletter("replay")).rejects.toThrow("Say which");
    await expect(deadletter("replay", "abcd", "--all")).rejects.toThrow("not both");
    await expect(deadletter("lst")).rejects.toThrow('Did you mean "list"?');
  });
}

describe("trailtag deadletter on files", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-deadletter-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const store = { store: { kind: "files", dir } };

  promises(
    () => store,
    () => ["--store", "files", "--data", dir],
  );

  it("reads beside a running service, and names the process that keeps it from writing", async () => {
    const service = await startService({ config: store });
    try {
      const flags = ["--store", "files", "--data", dir];
      expect((await runCommand(deadletterCommand, ["list", ...flags])).err).toMatch(/^9: /);
      const replay = await runCommand(deadletterCommand, ["replay", "--all", ...flags]);
      expect([replay.code, replay.err]).toEqual([
        69,
        expect.stringContaining(`in use by process ${process.pid}`),
      ]);
    } finally {
      await service.close();
    }
  });

  it("keeps what was replayed over a restart of the store", async () => {
    const service = await startService({ config: store });
    await service.close();
    const list = await runCommand(deadletterCommand, ["list", "--store", "files", "--data", dir]);
    expect(list.err).toMatch(/^9: /);
    expect(list.out.toString().match(/event_too_old +\d+ B +\d{4}-\d\d-\d\d/g)).toHaveLength(3);
  });
});

describeWithOpenSearch("trailtag deadletter on OpenSearch", () => {
  const prefix = testPrefix();
  const { url } = testOpenSearch();
  beforeAll(() => {
    process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"] = prefix;
  });
  afterAll(async () => {
    delete process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"];
    await deletePrefix(prefix);
  });

  promises(
    () => ({ opensearch: { node: url, index_prefix: prefix } }),
    () => ["--opensearch", url],
  );

  it("raises the alerts of what it replays", async () => {
    await fetch(`${url}/${prefix}-*/_refresh`, { method: "POST" });
    const answer = await fetch(`${url}/${prefix}-alerts-*/_search`);
    const hits = ((await answer.json()) as any).hits.hits;
    expect(hits.map((hit: any) => [hit._source.alert.count, hit._source.alert.pending])).toEqual([
      [3, false],
    ]);
  });

  it("never replays half of a letter, and tells of parts that are missing", async () => {
    const flags = ["--opensearch", url];
    async function remove(reason: string, which: (hit: any) => boolean): Promise<string> {
      const search = `${url}/${prefix}-deadletter/_search?q=reason.code:${reason}&size=10&_source=chunk`;
      const { _id } = ((await (await fetch(search)).json()) as any).hits.hits.find(which);
      await fetch(`${url}/${prefix}-deadletter/_doc/${_id}?refresh=true`, { method: "DELETE" });
      return _id as string;
    }
    const chunk = await remove("invalid_json", ({ _id }) => _id.endsWith("-1"));
    await remove("too_large", ({ _source }) => _source.chunk.n === 1);
    const replay = await runCommand(deadletterCommand, [
      ...["replay", "--reason", "too_large", "--reason", "invalid_json", "--again"],
      ...flags,
    ]);
    expect(replay.code).toBe(1);
    expect(replay.err).toContain("is damaged: Part 2 of 2 of the dead letter");
    expect(replay.err).toContain("is damaged: Part 2 of what is not at its end in dead letter");
    expect(replay.err).toContain("is damaged: Part 2 of what goes on in dead letter");
    expect(replay.err).toContain(
      "0 letters replayed (0 events stored, 0 stored before), 0 still dead, 3 damaged.",
    );
    const list = await runCommand(deadletterCommand, ["list", ...flags]);
    expect(list.err).toContain("1 chunk of large letters missing");
    expect(list.err).toContain("Part 2 of what goes on in dead letter");
    const show = await runCommand(deadletterCommand, ["show", chunk, "--raw", ...flags]);
    expect([show.code, show.out.length]).toEqual([1, 0]);
  });

  it("ends with 69 and a sentence when OpenSearch is away", async () => {
    for (const action of [["list"], ["show", "abcd"], ["replay", "--all"]]) {
      const run = await runCommand(deadletterCommand, [...action, "--opensearch", "http://127.0.0.1:9"]);
      expect([run.code, run.err]).toEqual([69, expect.stringContaining("does not answer")]);
    }
  });
});
