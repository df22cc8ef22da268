import type { IncomingMessage, ServerOptions, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Express } from "express";
import type { ServerTls } from "./server-tls.js";

/** A handshake is a few packets: whoever takes longer holds a connection open for nothing. */
const HANDSHAKE_MS = 20_000;

/** What somebody reads who sends plain HTTP to this port. */
const PLAIN_HTTP = answer("This port speaks TLS: write https:// in place of http://.");

/** A server that takes over a new certificate for the connections that come after it. */
export function createTlsServer(times: ServerOptions, app: Express, tls: ServerTls): Server {
  const server = createServer(
    {
      ...times,
      ...tls.current(),
      handshakeTimeout: HANDSHAKE_MS,
      // Those without a certificate come in as far as what is open to everybody: probes have none.
      requestCert: tls.asksClients,
      rejectUnauthorized: false,
    },
    app,
  );
  const endOlder = createEnder(server);
  let { ca } = tls.current();
  tls.onChange((next) => {
    server.setSecureContext(next);
    if (String(next.ca) !== String(ca)) endOlder();
    ca = next.ca;
  });
  tellPlainHttp(server);
  return server;
}

/**
 * Who was let in by an authority that no longer counts shall come again.
 *
 * @returns what ends the connections there are: idle ones at once, others with the answer to their next request.
 */
function createEnder(server: Server): () => void {
  let rounds = 0;
  // By name: a connection is looked at before its handshake, and is another object after it.
  const began = new Map<string, number>();
  server.prependListener("connection", (socket: Socket) => {
    const name = nameOf(socket);
    began.set(name, rounds);
    socket.once("close", () => began.delete(name));
  });
  server.prependListener("request", (req: IncomingMessage, res: ServerResponse) => {
    if (began.get(nameOf(req.socket)) !== rounds) res.setHeader("connection", "close");
  });
  return () => {
    rounds++;
    server.closeIdleConnections();
  };
}

/** By the time the fault is known, the TLS socket is destroyed; what is below it can still be written to. */
function tellPlainHttp(server: Server): void {
  const below = new Map<string, Socket>();
  server.prependListener("connection", (socket: Socket) => {
    const name = nameOf(socket);
    below.set(name, socket);
    socket.once("close", () => below.delete(name));
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    if (error.code === "ERR_SSL_HTTP_REQUEST") below.get(nameOf(socket))?.end(PLAIN_HTTP);
  });
}

function nameOf({ remoteAddress = "", remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function answer(reason: string): string {
  const error = { type: "illegal_argument_exception", reason };
  const body = JSON.stringify({ error: { root_cause: [error], ...error }, status: 400 });
  const head = `content-type: application/json; charset=UTF-8\r\ncontent-length: ${Buffer.byteLength(body)}`;
  return `HTTP/1.1 400 Bad Request\r\n${head}\r\nconnection: close\r\n\r\n${body}`;
}
