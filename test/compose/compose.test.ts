import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.js";
import { composeText, readCompose, readVolume, ROOT } from "./read-compose.js";

const compose = readCompose();
const services = Object.entries(compose.services);
const version = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version as string;
const trailtagConfig = join(ROOT, "examples/compose/trailtag.yml");
const fluentBit = parse(readFileSync(join(ROOT, "examples/compose/fluent-bit.yaml"), "utf8"));

test("every image is pinned to one version, TrailTag's to that of the package", () => {
  for (const [, { image }] of services) expect(image).toMatch(/^[a-z0-9./-]+:\d+\.\d+\.\d+$/);
  for (const [, { image, build }] of services) {
    if (build !== undefined) expect(image).toBe(`trailtag:${version}`);
    else expect(image).not.toMatch(/^trailtag:/);
  }
});

test("ports are published on the loopback address only", () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
});

test("every path that is mounted or built from exists, and every volume is declared and used", () => {
  const used = new Set<string>();
  for (const [, service] of services) {
    for (const text of service.volumes ?? []) {
      const volume = readVolume(text);
      if (volume.bind)
        expect([volume.source, existsSync(join(ROOT, volume.source))]).toEqual([volume.source, true]);
      else used.add(volume.source);
      // What comes from the repository is not written to.
      expect(volume.readOnly).toBe(volume.bind);
    }
    if (service.build !== undefined) {
      expect(existsSync(join(ROOT, service.build.context, service.build.dockerfile))).toBe(true);
    }
  }
  expect([...used].sort()).toEqual(Object.keys(compose.volumes).sort());
});

test("no variable is left to the environment of whoever starts it", () => {
  expect(composeText()).not.toMatch(/(?<!\$)\$\{?[A-Za-z_]/);
});

test("services start in order: what one waits for has the health check or the end that it waits for", () => {
  const started: string[] = [];
  let rest = services;
  while (rest.length > 0) {
    const ready = rest.filter(([, service]) =>
      Object.keys(service.depends_on ?? {}).every((name) => started.includes(name)),
    );
    // Empty when there is a circle, or a name that is no service.
    expect(ready.map(([name]) => name)).not.toEqual([]);
    started.push(...ready.map(([name]) => name));
    rest = rest.filter(([name]) => !started.includes(name));
  }
  expect(started).toEqual(["opensearch", "dashboards", "setup", "trailtag", "fluent-bit"]);
  for (const [, service] of services) {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      const on = compose.services[name]!;
      if (condition === "service_completed_successfully") expect(on.restart).toBe("no");
      else {
        expect(condition).toBe("service_healthy");
        expect(on.healthcheck?.disable ?? false).toBe(false);
        expect(on.healthcheck?.test?.[0]).toMatch(/^CMD/);
      }
    }
  }
});

test("every service has a limit on memory; TrailTag's containers have a read-only root", () => {
  for (const [, service] of services) {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    if (service.build !== undefined) expect(service).toMatchObject({ read_only: true, tmpfs: ["/tmp"] });
  }
  // Half of OpenSearch's memory is left to the file cache and what lies outside the heap.
  expect(compose.services["opensearch"]!.environment!["OPENSEARCH_JAVA_OPTS"]).toBe("-Xms1g -Xmx1g");
  expect(compose.services["opensearch"]!.mem_limit).toBe("2g");
});

test("the security plugin is switched off in both images that have it, and the file says so", () => {
  expect(compose.services["opensearch"]!.environment!["DISABLE_SECURITY_PLUGIN"]).toBe("true");
  expect(compose.services["dashboards"]!.environment!["DISABLE_SECURITY_DASHBOARDS_PLUGIN"]).toBe("true");
  expect(composeText()).toMatch(/# The security plugin is off/);
});

test("TrailTag's config loads and names services with the ports that they are asked on", () => {
  const config = loadConfig({ files: [trailtagConfig], env: {}, flags: {} });
  expect(config.http.listen).toEqual({ host: "0.0.0.0", port: 9280 });
  expect(config.auth.mode).toBe("none");
  for (const url of [config.opensearch.node, config.dashboards.url]) {
    const { hostname, port } = new URL(url!);
    expect(compose.services[hostname]!.healthcheck!.test!.join(" ")).toContain(`127.0.0.1:${port}/`);
    expect(compose.services[hostname]!.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  }
  expect(compose.services["dashboards"]!.environment!["OPENSEARCH_HOSTS"]).toBe(
    JSON.stringify([config.opensearch.node]),
  );
});

test("both TrailTag containers run a command that exists with the config that is mounted", () => {
  const main = readFileSync(join(ROOT, "src/cli/main.ts"), "utf8");
  for (const [name, command] of [
    ["setup", "setup"],
    ["trailtag", "serve"],
  ] as const) {
    const service = compose.services[name]!;
    expect(service.command).toEqual([command, "--config", "/etc/trailtag/trailtag.yml"]);
    expect(main).toContain(`load: async () => (await import("./${command}.js")).${command}Command`);
    const mount = service.volumes!.map(readVolume).find((volume) => volume.target === service.command![2]);
    expect(join(ROOT, mount!.source)).toBe(trailtagConfig);
  }
});

test("Fluent Bit reads the mounted samples, keeps its state on a volume, and sends to TrailTag", () => {
  const service = compose.services["fluent-bit"]!;
  const volumes = service.volumes!.map(readVolume);
  expect(volumes.map((volume) => volume.target)).toContain(service.command![1]);
  const [input] = fluentBit.pipeline.inputs;
  const [output] = fluentBit.pipeline.outputs;
  const samples = volumes.find((volume) => input.path === `${volume.target}/*.ndjson`);
  const files = readdirSync(join(ROOT, samples!.source)).filter((file) => file.endsWith(".ndjson"));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const lines = readFileSync(join(ROOT, samples!.source, file), "utf8")
      .trimEnd()
      .split("\n");
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ eventID: expect.any(String) });
  }
  const state = volumes.find((volume) => !volume.bind)!.target;
  expect(input.db.startsWith(`${state}/`)).toBe(true);
  expect(fluentBit.service["storage.path"].startsWith(`${state}/`)).toBe(true);
  expect(fluentBit.parsers.map((parser: { name: string }) => parser.name)).toContain(input.parser);
  expect(compose.services[output.host]!.ports).toEqual([`127.0.0.1:${output.port}:${output.port}`]);
  expect(output).toMatchObject({ name: "opensearch", match: input.tag, retry_limit: "no_limits" });
});

test.each([
  [200, 0],
  [503, 1],
])("TrailTag's health check, asked of a server that answers %i, ends with %i", async (status, code) => {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url!);
    res.writeHead(status).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const [kind, node, flag, script] = compose.services["trailtag"]!.healthcheck!.test!;
  expect([kind, node, flag]).toEqual(["CMD", "node", "-e"]);
  const placed = script!.replace(":9280/", `:${(server.address() as AddressInfo).port}/`);
  const child = spawn(process.execPath, ["-e", placed], { stdio: "inherit" });
  expect((await once(child, "exit"))[0]).toBe(code);
  expect(asked).toEqual(["/readyz"]);
  server.close();
});
