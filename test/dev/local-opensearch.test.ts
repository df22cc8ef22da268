import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../dev/free-port.js";
import { LocalOpenSearchUnavailable, startLocalOpenSearch } from "../../dev/local-opensearch.js";
import { processIdentity } from "../../dev/process-identity.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { describeWith } from "../harness/requirements.js";
import { waitFor } from "../harness/wait-for.js";

const FIRST = 9250;

describeWith("local-opensearch", "the local OpenSearch", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trailtag-opensearch-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("starts on loopback, is reused by a second start, keeps its data, and is gone after stop", async () => {
    const first = await startLocalOpenSearch({ dataDir: folder, firstPort: FIRST });
    try {
      expect(first).toMatchObject({ reused: false, url: `http://127.0.0.1:${first.port}` });
      const second = await startLocalOpenSearch({ dataDir: folder });
      expect(second).toMatchObject({ reused: true, port: first.port, clusterUuid: first.clusterUuid });
      await second.stop();
      expect((await fetch(`${first.url}/kept`, { method: "PUT" })).status).toBe(200);

      const settings = (await (
        await fetch(`${first.url}/_nodes/settings,http?flat_settings=true`)
      ).json()) as any;
      const [node] = Object.values<any>(settings.nodes);
      expect(node.http.bound_address).toEqual([`127.0.0.1:${first.port}`]);
      expect(node.settings["cluster.routing.allocation.disk.threshold_enabled"]).toBe("false");
    } finally {
      await first.stop();
    }
    await expect(fetch(first.url)).rejects.toThrow();

    const again = await startLocalOpenSearch({ dataDir: folder, firstPort: FIRST });
    try {
      expect(again).toMatchObject({ reused: false, clusterUuid: first.clusterUuid });
      expect((await fetch(`${again.url}/kept`, { method: "HEAD" })).status).toBe(200);
    } finally {
      await again.stop();
    }
  }, 120_000);

  it("is ended at once by a signal while it starts, and starts again afterwards", async () => {
    const stopping = new AbortController();
    const starting = startLocalOpenSearch({ dataDir: folder, firstPort: FIRST, signal: stopping.signal });
    const log = join(folder, "opensearch.log");
    // Its Java runs and has begun to speak.
    const begun = waitFor(() => existsSync(log) && readFileSync(log, "utf8") !== "", { what: "its log" });
    void begun.then(() => stopping.abort());
    await expect(starting).rejects.toMatchObject({ name: "AbortError" });
    expect(existsSync(join(folder, "starting.lock"))).toBe(false);
    const again = await startLocalOpenSearch({ dataDir: folder, firstPort: FIRST });
    expect(again.reused).toBe(false);
    await again.stop();
  }, 120_000);

  it("ends with a process that was killed", async () => {
    const port = (await findFreePort(FIRST, 9299)) ?? 0;
    const cli = join(packageRoot, "dist/dev/opensearch-cli.js");
    const child = spawn(process.execPath, [cli, "--port", String(port), "--data", folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(line.toString()).toBe(`http://127.0.0.1:${port}\n`);
    const { pid } = JSON.parse(readFileSync(join(folder, "running.json"), "utf8")) as { pid: number };
    expect(processIdentity(pid)).toBeDefined();
    child.kill("SIGKILL");
    await waitFor(() => processIdentity(pid) === undefined, { what: "OpenSearch's end" });
  }, 90_000);

  it("takes nothing that merely answers on the recorded port for its own", async () => {
    const impostor = await serve({ cluster_name: "x", cluster_uuid: "recorded-uuid" });
    const { port } = impostor.address() as AddressInfo;
    // The recorded process lives (it is this one), yet under another start time and command line.
    const record = {
      pid: process.pid,
      identity: "of an earlier process",
      port,
      clusterUuid: "recorded-uuid",
    };
    writeFileSync(join(folder, "running.json"), JSON.stringify(record));
    const own = await startLocalOpenSearch({ dataDir: folder, firstPort: FIRST });
    try {
      expect(own.reused).toBe(false);
      expect(own.port).not.toBe(port);

      // The right process, and another cluster: a data folder that was copied while it ran.
      const copy = join(folder, "copy");
      cpSync(join(folder, "running.json"), join(copy, "running.json"));
      const copied = JSON.parse(readFileSync(join(copy, "running.json"), "utf8")) as object;
      writeFileSync(join(copy, "running.json"), JSON.stringify({ ...copied, clusterUuid: "another" }));
      const other = await startLocalOpenSearch({ dataDir: copy, firstPort: FIRST });
      expect(other).toMatchObject({ reused: false });
      expect(other.clusterUuid).not.toBe(own.clusterUuid);
      await other.stop();
    } finally {
      await own.stop();
      impostor.close();
    }
    expect(existsSync(join(folder, "running.json"))).toBe(false);
  }, 120_000);

  it("says so when the port is taken or not allowed", async () => {
    const port = (await findFreePort(FIRST, 9299)) ?? 0;
    const squatter = await serve({}, port);
    const error: unknown = await startLocalOpenSearch({ dataDir: folder, port }).catch((e: unknown) => e);
    squatter.close();
    expect(error).toBeInstanceOf(LocalOpenSearchUnavailable);
    expect(error).toMatchObject({
      missing: "port",
      message: `Port ${port} of 127.0.0.1 is taken by another program`,
    });
    await expect(startLocalOpenSearch({ dataDir: folder, port: 19400 })).rejects.toMatchObject({
      missing: "port",
      hint: "choose one from 9200 to 9299",
    });
  });
});

async function serve(body: unknown, port = 0): Promise<Server> {
  const server = createServer((_request, response) => response.end(JSON.stringify(body)));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
