import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.js";
import { EXAMPLES, readExample, readExamples, shipperFiles } from "./read-examples.js";
import { startTrailTag, type RunningTrailTag } from "./start-trailtag.js";

const examples = readExamples();
const standard = loadConfig({ files: [], env: {}, flags: { store: { kind: "files" } } });

test("every config is read by these tests and is in the table of the README, and the reverse", () => {
  const files = examples.map((example) => example.file).sort();
  expect(shipperFiles().sort()).toEqual(files);
  const rows = readFileSync(join(EXAMPLES, "README.md"), "utf8").matchAll(
    /^\|[^|]+\|\s*\[([^\]]+)\]\(([^)]+)\)\s*\|[^|]+\|\s*`([^`]+)`\s*\|$/gm,
  );
  const table = [...rows].map(([, name, link, route]) => ({ name, link, route }));
  expect(table.map((row) => row.link).sort()).toEqual(files);
  for (const { name, link, route } of table) {
    expect(name).toBe(link);
    expect(examples.find((example) => example.file === link)!.target.path).toBe(route);
  }
});

test("every folder is explained in the README", () => {
  const readme = readFileSync(join(EXAMPLES, "README.md"), "utf8");
  for (const entry of readdirSync(EXAMPLES, { withFileTypes: true })) {
    if (entry.isDirectory()) expect(readme).toContain(`${entry.name}/`);
  }
});

test.each(examples.map((example) => [example.file, example] as const))("%s", (file, { target }) => {
  const text = readExample(file);
  if (file.startsWith("firehose/")) {
    // Firehose reaches public HTTPS alone; its two lines stand in the README, since JSON has no comments.
    expect(target).toMatchObject({ port: 443, path: "/v1/firehose" });
    expect(readExample("firehose/README.md")).toMatch(/^- So that nothing is lost: .+\n- .+50 s/m);
    return;
  }
  expect(target).toMatchObject(standard.http.listen);
  const comments = text.split("\n").filter((line) => !line.startsWith("@version"));
  expect(comments[0]).toMatch(/^# So that nothing is lost: ./);
  expect(comments[1]).toMatch(/^# .*(60|50) s/);
  if (/\.ya?ml$/.test(file)) expect(Object.keys(parse(text)).length).toBeGreaterThan(0);
  else expect(unbalanced(text)).toBeUndefined();
});

test("no shipper gives up before TrailTag answers, and none stops trying", () => {
  const hold = standard.limits.hold_ms / 1000;
  const yaml = (file: string): any => parse(readExample(file));
  const seconds = (file: string, pattern: RegExp): number => Number(pattern.exec(readExample(file))?.[1]);
  for (const file of ["fluent-bit/opensearch.yaml", "fluent-bit/http.yaml"]) {
    const { inputs, outputs } = yaml(file).pipeline;
    expect(outputs[0].retry_limit).toBe("no_limits");
    expect(inputs[0]["storage.type"]).toBe("filesystem");
  }
  expect(parseInt(yaml("fluent-bit/http.yaml").pipeline.outputs[0]["http.response_timeout"])).toBeGreaterThan(
    hold,
  );
  for (const file of ["vector/elasticsearch.yaml", "vector/http.yaml"]) {
    const { trailtag } = yaml(file).sinks;
    expect(trailtag.request.timeout_secs).toBeGreaterThan(hold);
    expect(trailtag.buffer).toMatchObject({ type: "disk", when_full: "block" });
    expect(trailtag.acknowledgements.enabled).toBe(true);
  }
  const { opensearch } = yaml("otel-collector/config.yaml").exporters;
  expect(parseInt(opensearch.timeout)).toBeGreaterThan(hold);
  expect(opensearch.retry_on_failure).toEqual({ enabled: true, max_elapsed_time: "0s" });
  expect(yaml("filebeat/filebeat.yml")["output.elasticsearch"].timeout).toBeGreaterThan(hold);
  expect(seconds("logstash/opensearch.conf", /\btimeout => (\d+)/)).toBeGreaterThan(hold);
  expect(seconds("logstash/elasticsearch.conf", /\btimeout => (\d+)/)).toBeGreaterThan(hold);
  expect(seconds("logstash/http.conf", /\bsocket_timeout => (\d+)/)).toBeGreaterThan(hold);
  expect(seconds("logstash/http.conf", /\brequest_timeout => (\d+)/)).toBeGreaterThan(hold);
  expect(seconds("syslog-ng/cloudtrail.conf", /\btimeout\((\d+)\)/)).toBeGreaterThan(hold);
  expect(readExample("rsyslog/cloudtrail.conf")).toContain('action.resumeRetryCount="-1"');
  expect(seconds("rsyslog/cloudtrail.conf", /indexTimeout="(\d+)"/)).toBe(0);
});

describe("each route that a config names", () => {
  let trailtag: RunningTrailTag;
  beforeAll(async () => {
    trailtag = await startTrailTag();
  });
  afterAll(() => trailtag.stop());

  const record = readFileSync(join(EXAMPLES, "compose/samples/cloudtrail.ndjson"), "utf8").split("\n")[0]!;
  const bodies: Readonly<Record<string, string>> = {
    "/_bulk": `{"create":{"_index":"cloudtrail"}}\n${record}\n`,
    "/v1/events": `${record}\n`,
    "/v1/firehose": JSON.stringify({
      requestId: "r-1",
      timestamp: 1,
      records: [{ data: Buffer.from(record).toString("base64") }],
    }),
  };

  test.each([...new Set(examples.map((example) => example.target.path))])(
    "%s takes a record",
    async (path) => {
      const type = path === "/v1/firehose" ? "application/json" : "application/x-ndjson";
      const answer = await fetch(trailtag.url + path, {
        method: "POST",
        headers: { "content-type": type },
        body: bodies[path]!,
      });
      expect(answer.status).toBe(200);
      await answer.text();
      const stored = readFileSync(join(trailtag.dir, "events.ndjson"), "utf8").split("\n");
      expect(JSON.parse(stored[0]!).eventID).toBe(JSON.parse(record).eventID);
      // The same record by every route: stored once.
      expect(stored).toHaveLength(2);
    },
  );
});

/** The first bracket that has no partner, outside of strings and comments. */
function unbalanced(text: string): string | undefined {
  const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  const open: string[] = [];
  const bare = text.replace(/^\s*#.*$/gm, "").replace(/"(?:\\.|[^"\\])*"/g, "");
  for (const sign of bare.replace(/[^()[\]{}]/g, "")) {
    const wanted = closing[sign];
    if (wanted !== undefined) open.push(wanted);
    else if (open.pop() !== sign) return sign;
  }
  return open[0];
}
