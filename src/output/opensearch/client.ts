import type { Agent } from "node:https";
import { Client, Connection, errors, Serializer } from "@opensearch-project/opensearch";
import type { JsonValue } from "../../lib/json.js";
import { createTlsFiles, type TlsFileNames, type TlsFiles } from "./tls-files.js";

export interface OpenSearchClientOptions {
  /** `http://host:9200`; a path prefix is kept. */
  readonly node: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM files; read again when they change. */
  readonly tlsFiles?: TlsFileNames;
  readonly signer?: RequestSigner;
  /** gzip of request bodies: worth it across a slow network, not on the same host. Default false. */
  readonly compression?: boolean;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number;
}

/** Proves who asks by headers of each request, instead of a password. */
export interface RequestSigner {
  /** @throws with a sentence for a person when there is nothing to sign with. */
  ready(): Promise<void>;
  /** The headers to add to a request that is about to be sent like this. */
  sign(request: SignableRequest): Readonly<Record<string, string>>;
}

export interface SignableRequest {
  readonly method: string;
  readonly host: string;
  /** With the query string, as it is sent. */
  readonly path: string;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface OpenSearchRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON text, or newline-delimited JSON with `ndjson: true`; sent as it is. */
  readonly body?: string;
  readonly ndjson?: boolean;
  readonly timeoutMs?: number;
}

/** An HTTP answer, of whatever status. */
export interface OpenSearchReply {
  readonly status: number;
  readonly text: string;
  /** What a Retry-After header asks for. */
  readonly retryAfterMs?: number;
}

/** No answer was had: refused, reset, timed out. Whether the request took effect is not known. */
export class NoReplyError extends Error {
  override readonly name = "NoReplyError";
}

export interface OpenSearchClient {
  readonly node: string;
  /** After which a request is given up. */
  readonly requestTimeoutMs: number;
  /** @throws NoReplyError when there was no complete HTTP answer; any status is an answer. Never retries. */
  request(request: OpenSearchRequest): Promise<OpenSearchReply>;
  close(): Promise<void>;
}

/**
 * The only place that talks to OpenSearch. Retrying is left to the callers, who know what may be repeated, and
 * answers stay text, since most of a bulk's answer need not be parsed.
 *
 * @throws when a file of `tlsFiles` cannot be used.
 */
export function createOpenSearchClient(options: OpenSearchClientOptions): OpenSearchClient {
  const requestTimeout = options.requestTimeoutMs ?? 30_000;
  const tls = options.tlsFiles === undefined ? undefined : createTlsFiles(options.tlsFiles);
  const client = new Client({
    node: options.node,
    ...(options.auth === undefined ? {} : { auth: { ...options.auth } }),
    ...(tls === undefined ? {} : { ssl: { ...tls.current() } }),
    ...(options.compression === true ? { compression: "gzip" as const } : {}),
    maxRetries: 0,
    requestTimeout,
    resurrectStrategy: "none",
    Serializer: TextSerializer,
    Connection: connectionWith(tls, options.signer),
  });

  return {
    node: withoutCredentials(options.node),
    requestTimeoutMs: requestTimeout,
    async request({ method, path, query, body, ndjson, timeoutMs }) {
      const timeout = timeoutMs ?? requestTimeout;
      await options.signer?.ready().catch((error: unknown) => {
        throw new NoReplyError(error instanceof Error ? error.message : String(error));
      });
      const sent = client.transport.request(
        {
          method,
          path,
          ...(query === undefined ? {} : { querystring: { ...query } }),
          ...(body === undefined ? {} : ndjson === true ? { bulkBody: body } : { body }),
        },
        { requestTimeout: timeout },
      );
      // The client's own time-out ends with the headers; an answer that stalls in its body needs this one.
      const guard = setTimeout(() => sent.abort(), timeout + 1_000);
      try {
        const reply = await sent;
        return toReply(reply.statusCode ?? 0, reply.body, reply.headers);
      } catch (error) {
        if (error instanceof errors.ResponseError && error.meta.statusCode !== null) {
          return toReply(error.meta.statusCode, error.meta.body, error.meta.headers);
        }
        throw new NoReplyError(error instanceof Error ? error.message : String(error));
      } finally {
        clearTimeout(guard);
      }
    },
    close: () => client.close(),
  };
}

function toReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, unknown>> | null | undefined,
): OpenSearchReply {
  const text = typeof body === "string" ? body : "";
  const retryAfterMs = parseRetryAfter(headers?.["retry-after"]);
  return retryAfterMs === undefined ? { status, text } : { status, text, retryAfterMs };
}

/** Seconds or a date, in ms from now; undefined for anything else. */
function parseRetryAfter(value: unknown): number | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}

/** The reply as JSON; undefined when it is none. */
export function replyJson(reply: OpenSearchReply): JsonValue | undefined {
  try {
    return JSON.parse(reply.text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Leaves answers as text: the client's own parser refuses stored documents that have a `__proto__` key. */
class TextSerializer extends Serializer {
  override deserialize(json: string): string {
    return json;
  }
}

/** The client prints to stdout when a connection breaks after the headers; stdout is for data. */
class QuietConnection extends Connection {
  override request(
    ...[params, callback]: Parameters<Connection["request"]>
  ): ReturnType<Connection["request"]> {
    const request = super.request(params, (error, response) => {
      callback(error, response);
      if (error === null) {
        request.removeAllListeners("error");
        request.on("error", () => undefined);
      }
    });
    return request;
  }
}

/** Connections that show the certificates of the moment, and sign what they send. */
function connectionWith(tls: TlsFiles | undefined, signer: RequestSigner | undefined): typeof Connection {
  let shown = tls?.current();
  return class extends QuietConnection {
    override request(
      ...[params, callback]: Parameters<Connection["request"]>
    ): ReturnType<Connection["request"]> {
      const now = tls?.current();
      if (now !== shown) {
        shown = now;
        // The agent keeps apart what was connected with other certificates.
        Object.assign((this.agent as Agent).options, now);
      }
      return super.request(params, callback);
    }

    override buildRequestObject(params: Parameters<Connection["request"]>[0]) {
      const request = super.buildRequestObject(params);
      if (signer === undefined) return request;
      const headers = Object.fromEntries(
        Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
      );
      const { body } = params;
      const signed = signer.sign({
        method: request.method ?? "GET",
        host: this.url.host,
        path: request.path ?? "/",
        headers,
        body: typeof body === "string" || body instanceof Uint8Array ? body : "",
      });
      return { ...request, headers: { ...headers, host: this.url.host, ...signed } };
    }
  };
}

function withoutCredentials(node: string): string {
  const url = new URL(node);
  url.username = "";
  url.password = "";
  return url.href.replace(/\/$/, "");
}
