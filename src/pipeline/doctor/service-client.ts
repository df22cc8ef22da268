import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { JsonValue } from "../../lib/json.js";
import { parseMetrics, type MetricsReading } from "./parse-metrics.js";

export interface ServiceReply {
  readonly status: number;
  readonly text: string;
  /** The clock of whoever answered, ms since the epoch. */
  readonly date: number | undefined;
}

/** No answer was had from a TrailTag. */
export class ServiceAwayError extends Error {
  override readonly name = "ServiceAwayError";
}

/** A TrailTag, asked over HTTP. */
export interface ServiceClient {
  readonly url: string;
  /** One answer for each path, remembered: all checks judge the same moment. @throws ServiceAwayError */
  get(path: string): Promise<ServiceReply>;
  post(path: string, body: string): Promise<ServiceReply>;
  /** @throws ServiceAwayError when there is no answer, Error when it is not 200. */
  metrics(): Promise<MetricsReading>;
}

export interface ServiceClientOptions {
  /** `http://127.0.0.1:9280` */
  readonly url: string;
  /** An API key, sent as Bearer. */
  readonly key: string | undefined;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string | undefined;
  /** How long TrailTag may hold a request, ms, and a little more. */
  readonly timeoutMs: number;
}

export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const url = options.url.replace(/\/+$/u, "");
  const remembered = new Map<string, Promise<ServiceReply>>();

  function send(method: "GET" | "POST", path: string, body?: string): Promise<ServiceReply> {
    const headers = {
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      "user-agent": "trailtag-doctor",
    };
    const secure = url.startsWith("https:");
    const tls = options.ca === undefined ? {} : { ca: options.ca };
    const settings = { method, headers, timeout: options.timeoutMs, agent: false };
    return new Promise((resolve, reject) => {
      const away = (error: Error): void => {
        reject(new ServiceAwayError(`${url} does not answer: ${error.message || String(error)}.`));
      };
      const answered = (response: IncomingMessage): void => {
        readReply(response).then(resolve, away);
      };
      const target = new URL(`${url}${path}`);
      const request = secure
        ? httpsRequest(target, { ...settings, ...tls }, answered)
        : httpRequest(target, settings, answered);
      request.on("error", away);
      request.on("timeout", () => request.destroy(new Error(`no answer within ${options.timeoutMs} ms`)));
      request.end(body);
    });
  }

  function get(path: string): Promise<ServiceReply> {
    const known = remembered.get(path) ?? send("GET", path);
    remembered.set(path, known);
    return known;
  }

  return {
    url,
    get,
    post: (path, body) => send("POST", path, body),
    async metrics() {
      const { status, text } = await get("/metrics");
      if (status !== 200) throw new Error(`${url}/metrics answers HTTP ${status}`);
      return parseMetrics(text);
    },
  };
}

/** The body as JSON; undefined when it is none. */
export function jsonOf({ text }: ServiceReply): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

async function readReply(response: IncomingMessage): Promise<ServiceReply> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const date = Date.parse(response.headers.date ?? "");
  return {
    status: response.statusCode ?? 0,
    text: Buffer.concat(pieces).toString("utf8"),
    date: Number.isNaN(date) ? undefined : date,
  };
}
