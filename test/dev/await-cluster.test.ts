import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { awaitCluster } from "../../dev/await-cluster.js";

const never = new AbortController().signal;

/** A port on which nobody listens any more. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

describe("awaitCluster", () => {
  it("is quiet where something answers, whatever it says", async () => {
    const server = createServer((_, res) => res.writeHead(401).end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const say = jest.fn();
    await awaitCluster(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, say, never);
    expect(say).not.toHaveBeenCalled();
    server.close();
  });

  it("says that it waits, and ends with a sentence when nothing answers", async () => {
    const url = await deadUrl();
    const said: string[] = [];
    const waited = awaitCluster(url, (line) => said.push(line), never, 600);
    await expect(waited).rejects.toMatchObject({
      message: `No OpenSearch answers at ${url} (ECONNREFUSED).`,
      exitCode: 69,
    });
    expect(said).toEqual([`Waiting up to 0.6 s for OpenSearch at ${url} to answer.`]);
  });

  it("goes on as soon as something answers", async () => {
    const url = await deadUrl();
    const server = createServer((_, res) => res.end("{}"));
    const said: string[] = [];
    await awaitCluster(
      url,
      (line) => {
        said.push(line);
        server.listen(Number(new URL(url).port), "127.0.0.1");
      },
      never,
    );
    expect(said).toHaveLength(1);
    server.close();
  });

  it("ends at once when it is told to", async () => {
    const stopping = new AbortController();
    const waited = awaitCluster(await deadUrl(), () => stopping.abort(), stopping.signal);
    await expect(waited).rejects.toMatchObject({ name: "AbortError" });
  });

  it("leaves a URL that is none to the service", async () => {
    const say = jest.fn();
    await awaitCluster("localhost:9200", say, never);
    await awaitCluster("not a url", say, never);
    expect(say).not.toHaveBeenCalled();
  });
});
