import { STATUS_CODES, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Limit } from "../lib/limits.js";

/** What bounds connections, and who is told of it. */
export interface ConnectionLimits {
  readonly headersTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly maxConnections: number;
  onLimit(limit: Limit): void;
  /** A request was answered before any route ran: its headers were too long, too slow, or no HTTP. */
  onRefused(status: number): void;
}

/** How often Node looks for connections that take too long with their headers. */
const CHECK_MS = 30_000;

export function toServerOptions({ headersTimeoutMs, keepAliveMs }: ConnectionLimits): ServerOptions {
  return {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: headersTimeoutMs,
    // Bodies have limits of their own, on silence and on slowness.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(CHECK_MS, Math.max(50, headersTimeoutMs / 2)),
  };
}

/** Counts and answers what never becomes a request. */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const answers = new WeakMap<object, ServerResponse>();
  server.maxConnections = limits.maxConnections;
  server.on("drop", () => limits.onLimit("max_connections"));
  server.prependListener("request", (_req, res: ServerResponse) => {
    if (res.socket !== null) answers.set(res.socket, res);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    const working = answer !== undefined && !answer.destroyed && !answer.writableFinished;
    const { status, limit, reason } = toRefusal(error.code);
    if (!socket.writable || error.code === "ECONNRESET" || (working && answer.headersSent)) {
      socket.destroy();
      return;
    }
    if (!working) {
      limits.onRefused(status);
      if (limit !== undefined) limits.onLimit(limit);
    }
    socket.write(toText(status, reason));
    socket.destroySoon();
  });
}

interface Refusal {
  readonly status: number;
  readonly limit?: Limit;
  readonly reason: string;
}

function toRefusal(code: string | undefined): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, limit: "max_header_bytes", reason: "The headers have more than 16 KiB." };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return {
        status: 408,
        limit: "headers_timeout_ms",
        reason: "The headers did not come within http.headers_timeout_ms.",
      };
    default:
      return { status: 400, reason: `This is no HTTP/1.1 request${code === undefined ? "" : ` (${code})`}.` };
  }
}

function toText(status: number, reason: string): string {
  const error = { type: "illegal_argument_exception", reason };
  const body = JSON.stringify({ error: { root_cause: [error], ...error }, status });
  const head = `content-type: application/json; charset=UTF-8\r\ncontent-length: ${Buffer.byteLength(body)}`;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\nconnection: close\r\n\r\n${body}`;
}
