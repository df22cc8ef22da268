import { request as httpRequest, type Agent, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Express } from "express";
import { createConfiguredApp, toConnectionLimits } from "../../src/cli/configured-app.js";
import { createSecurity, type Security } from "../../src/cli/security.js";
import { loadConfig } from "../../src/config/load.js";
import { listen } from "../../src/http/server.js";
import type { JsonObject } from "../../src/lib/json.js";
import { createPipeline, type Pipeline } from "../../src/pipeline/pipeline.js";
import { createLog } from "../../src/telemetry/log.js";
import { createMetrics } from "../../src/telemetry/metrics.js";

/** The service over a files store with whatever guards it, in the test's process. */
export interface SecureService {
  readonly url: string;
  readonly app: Express;
  readonly pipeline: Pipeline;
  readonly security: Security;
  readonly dir: string;
  metrics(): Promise<string>;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default: a connection of its own. */
  readonly agent?: Agent;
  readonly tls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined when the answer is no JSON. */
  readonly body: any;
}

export async function startSecureService(config: JsonObject): Promise<SecureService> {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-secure-"));
  const whole = loadConfig({
    files: [],
    env: {},
    flags: { rules: { bundled: false }, ...config, store: { kind: "files", dir: join(dir, "store") } },
  });
  const log = createLog({ level: "error", format: "text" });
  const metrics = createMetrics();
  const security = createSecurity(whole, { log, metrics });
  const pipeline = await createPipeline({ config: whole, log, metrics });
  const stop = new AbortController();
  const app = createConfiguredApp(whole, { pipeline, metrics, log, security, stop: stop.signal });
  await pipeline.start();
  const limits = toConnectionLimits(whole, metrics);
  const server = await listen(app, { host: "127.0.0.1", port: 0, limits, tls: security.tls });
  return {
    url: server.url,
    app,
    pipeline,
    security,
    dir,
    metrics: async () => (await metrics.expose()).text,
    ask: (path, options) => ask(new URL(`${server.url}${path}`), options),
    close: async () => {
      await server.close(500);
      await pipeline.close();
      security.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function ask(
  url: URL,
  { method = "GET", headers = {}, body, agent, tls }: AskOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: agent ?? (false as const), ...tls };
    const sent = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("error", reject);
      answer.on("end", () => {
        const { statusCode = 0, headers: answered } = answer;
        resolve({ status: statusCode, headers: answered, text, body: parsed(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
