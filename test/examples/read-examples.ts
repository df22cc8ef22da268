import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const EXAMPLES = join(__dirname, "../../examples");

/** Where a config sends to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Path that the shipper posts to. */
  readonly path: string;
}

export interface Example {
  readonly file: string;
  readonly target: Target;
}

/** Reads the target out of each config, in its own format; fails where the config does not have it. */
const TARGETS: Readonly<Record<string, (text: string) => Target>> = {
  "fluent-bit/opensearch.yaml": (text) => fluentBit(text, "opensearch", () => "/_bulk"),
  "fluent-bit/http.yaml": (text) => fluentBit(text, "http", (output) => String(output["uri"])),
  "logstash/opensearch.conf": (text) =>
    fromUrl(match(text, /opensearch \{[^}]*hosts => \["([^"]+)"\]/), "/_bulk"),
  "logstash/elasticsearch.conf": (text) =>
    fromUrl(match(text, /elasticsearch \{[^}]*hosts => \["([^"]+)"\]/), "/_bulk"),
  "logstash/http.conf": (text) => fromUrl(match(text, /http \{[^}]*url => "([^"]+)"/)),
  "filebeat/filebeat.yml": (text) => fromUrl(parse(text)["output.elasticsearch"].hosts[0], "/_bulk"),
  "vector/elasticsearch.yaml": (text) => fromUrl(parse(text).sinks.trailtag.endpoints[0], "/_bulk"),
  "vector/http.yaml": (text) => fromUrl(parse(text).sinks.trailtag.uri),
  "rsyslog/cloudtrail.conf": (text) => fromUrl(match(text, /\bserver="([^"]+)"/), "/_bulk"),
  "otel-collector/config.yaml": (text) => fromUrl(parse(text).exporters.opensearch.http.endpoint, "/_bulk"),
  "syslog-ng/cloudtrail.conf": (text) => fromUrl(match(text, /\burl\("([^"]+)"\)/)),
  "firehose/delivery-stream.json": (text) =>
    fromUrl(JSON.parse(text).HttpEndpointDestinationConfiguration.EndpointConfiguration.Url),
};

export function readExample(file: string): string {
  return readFileSync(join(EXAMPLES, file), "utf8");
}

export function readExamples(): Example[] {
  return Object.entries(TARGETS).map(([file, target]) => ({ file, target: target(readExample(file)) }));
}

/** Every config file under examples/ that is a shipper's. */
export function shipperFiles(): string[] {
  return readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["samples", "compose", "rules", "lists"].includes(entry.name))
    .flatMap(({ name }) => readdirSync(join(EXAMPLES, name)).map((file) => `${name}/${file}`))
    .filter((file) => !file.endsWith("README.md"));
}

function fluentBit(text: string, name: string, path: (output: Record<string, unknown>) => string): Target {
  const [output] = parse(text).pipeline.outputs;
  if (output.name !== name) throw new Error(`Expected the ${name} output, found ${output.name}.`);
  return { host: output.host, port: output.port, path: path(output) };
}

function fromUrl(text: string, path?: string): Target {
  const url = new URL(text);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { host: url.hostname, port, path: path ?? url.pathname };
}

function match(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`Nothing matches ${String(pattern)}.`);
  return found;
}
