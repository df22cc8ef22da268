import { createServer } from "node:net";

/** Whether something could listen on 127.0.0.1 at this port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first free port from `first` to `last`, both included. */
export async function findFreePort(first: number, last: number): Promise<number | undefined> {
  for (let port = first; port <= last; port += 1) if (await isPortFree(port)) return port;
  return undefined;
}
