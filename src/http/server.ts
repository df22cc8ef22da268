import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Express } from "express";
import { limitConnections, toServerOptions, type ConnectionLimits } from "./connection-limits.js";
import { askBeforeBodies } from "./expect-continue.js";
import { createTlsServer } from "./tls-listener.js";
import type { ServerTls } from "./server-tls.js";

/** A listening server that can be closed without cutting off what it is working on. */
export interface HttpServer {
  /** The address that was bound; the port is the real one when 0 was asked for. */
  readonly url: string;
  /** Stops accepting, lets requests under way finish for at most `graceMs`, then cuts the rest off. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly limits: ConnectionLimits;
  readonly tls?: ServerTls | undefined;
}

/** @throws the error of `listen`, for example EADDRINUSE. */
export async function listen(app: Express, { host, port, limits, tls }: ListenOptions): Promise<HttpServer> {
  const options = toServerOptions(limits);
  const server = tls === undefined ? createServer(options, app) : createTlsServer(options, app, tls);
  limitConnections(server, limits);
  askBeforeBodies(server, app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  const scheme = tls === undefined ? "http" : "https";
  return { url: `${scheme}://${shown}:${address.port}`, close: (graceMs) => closeServer(server, graceMs) };
}

/** How often connections that have finished their request are let go while the server closes. */
const SWEEP_MS = 50;

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    // `close` lets go of connections that are idle now; one that is busy stays open after its answer, for
    // as long as its client keeps it alive.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, SWEEP_MS);
    server.close(() => {
      clearTimeout(cutOff);
      clearInterval(sweep);
      resolve();
    });
  });
}
