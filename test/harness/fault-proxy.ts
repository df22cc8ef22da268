import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a bulk request meets instead of a plain answer. */
export type Fault =
  /** 503 for the whole request, which is not passed on. */
  | "unavailable"
  /** 429 for the whole request, which is not passed on. */
  | "too_many_requests"
  /** 413 for requests of more than `maxItems` actions. */
  | "too_large"
  /** About a third of the actions is not passed on and answered 429, as a node with a full queue does. */
  | "busy_items"
  /** Passed on, and answered with something that is no JSON. */
  | "garbage"
  /** Passed on, and answered with one result too few. */
  | "short"
  /** Passed on; the connection breaks in the middle of the answer. */
  | "reset"
  /** The connection breaks before anything is passed on. */
  | "refused"
  /** Each action is answered 429 with a chance of one in ten, and then not passed on. */
  | "tenth_busy"
  /** 503 with a page of HTML, as a proxy in between sends it; not passed on. */
  | "html"
  /** 429 for the whole request with `Retry-After: 1`; not passed on. */
  | "retry_after"
  /** 401 for the whole request, which is not passed on. */
  | "unauthorized"
  /** Passed on, and answered 200 with an error instead of results. */
  | "error_object"
  /** Passed on, and answered with the status of each item as a text. */
  | "text_statuses"
  /** Passed on, and never answered. */
  | "hang"
  /** Passed on, and answered in eight pieces a tenth of a second apart. */
  | "drip"
  /** Passed on, and answered in pieces that never come to an end. */
  | "endless_drip";

export interface FaultProxy {
  readonly url: string;
  /** Faults that the next bulk requests meet, one each; once they are used up, requests pass untouched. */
  inject(...faults: Fault[]): void;
  /** Faults not met yet. */
  left(): number;
  /** Bulk requests seen. */
  bulks(): number;
  /** A request that is not a bulk meets this before it is passed on. */
  onOther(hook: ((method: string, path: string) => Promise<void>) | undefined): void;
  close(): Promise<void>;
}

/** Stands between TrailTag and a real OpenSearch only to inject faults; whatever it passes on is really done. */
export async function startFaultProxy(target: string, maxItems = 10): Promise<FaultProxy> {
  const faults: Fault[] = [];
  let bulks = 0;
  let hook: ((method: string, path: string) => Promise<void>) | undefined;

  const server: Server = createServer((req, res) => {
    void handle(req, res).catch(() => res.destroy());
  });

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = req.url ?? "/";
    if (!path.startsWith("/_bulk")) {
      await hook?.(req.method ?? "GET", path);
      const answer = await pass(req, body);
      answerWith(res, answer.status, answer.text);
      return;
    }
    bulks++;
    const fault =
      faults[0] === "too_large" && actionsOf(body).length <= maxItems ? undefined : faults.shift();
    switch (fault) {
      case "unavailable":
        answerWith(res, 503, "no upstream");
        return;
      case "too_many_requests":
        answerWith(
          res,
          429,
          '{"error":{"type":"es_rejected_execution_exception","reason":"full"},"status":429}',
        );
        return;
      case "too_large":
        answerWith(res, 413, "");
        return;
      case "refused":
        req.socket.destroy();
        return;
      case "busy_items":
        await busyItems(req, res, body, (i, of) => i % 3 === 1 || of === 1);
        return;
      case "tenth_busy":
        await busyItems(req, res, body, () => Math.random() < 0.1);
        return;
      case "html":
        res.writeHead(503, { "content-type": "text/html" });
        res.end("<html><body><h1>503 Service Unavailable</h1></body></html>");
        return;
      case "retry_after":
        res.writeHead(429, { "content-type": "application/json", "retry-after": "1" });
        res.end('{"error":"slow down","status":429}');
        return;
      case "unauthorized":
        answerWith(res, 401, "Unauthorized");
        return;
      case "error_object":
        await pass(req, body);
        answerWith(res, 200, '{"error":{"type":"exception","reason":"something"},"status":500}');
        return;
      case "text_statuses": {
        const { text } = await pass(req, body);
        answerWith(res, 200, text.replace(/"status":(\d+)/g, '"status":"$1"'));
        return;
      }
      case "hang":
        await pass(req, body);
        return;
      case "drip":
      case "endless_drip": {
        const { text } = await pass(req, body);
        await drip(res, text, fault === "drip");
        return;
      }
      case "garbage":
        await pass(req, body);
        answerWith(res, 200, '{"errors":false,"items":[{"cre');
        return;
      case "short": {
        const { text } = await pass(req, body);
        const answer = JSON.parse(text) as { items: unknown[] };
        answerWith(res, 200, JSON.stringify({ ...answer, items: answer.items.slice(1) }));
        return;
      }
      case "reset": {
        const { text } = await pass(req, body);
        res.writeHead(200, { "content-type": "application/json", "content-length": text.length });
        res.write(text.slice(0, text.length / 2), () => req.socket.resetAndDestroy());
        return;
      }
      default: {
        const answer = await pass(req, body);
        answerWith(res, answer.status, answer.text);
      }
    }
  }

  /** Some actions are answered by us, the others by OpenSearch, put together in the order they came. */
  async function busyItems(
    req: IncomingMessage,
    res: ServerResponse,
    body: string,
    isBusy: (i: number, of: number) => boolean,
  ): Promise<void> {
    const actions = actionsOf(body);
    const chosen = actions.map((_, i) => isBusy(i, actions.length));
    const busy = (i: number) => chosen[i] === true;
    const passed = actions.filter((_, i) => !busy(i));
    const sent = passed.map(({ action, document }) => `${action}\n${document}\n`).join("");
    const answer = passed.length === 0 ? { items: [] } : JSON.parse((await pass(req, sent)).text);
    const error = { type: "rejected_execution_exception", reason: "queue is full" };
    let next = 0;
    const items = actions.map(({ action }, i) => {
      if (!busy(i)) return answer.items[next++];
      const op = Object.keys(JSON.parse(action) as object)[0]!;
      return { [op]: { status: 429, error } };
    });
    answerWith(res, 200, JSON.stringify({ errors: true, items }));
  }

  function pass(req: IncomingMessage, body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { ...req.headers, "content-length": String(Buffer.byteLength(body)) };
      const onward = request(`${target}${req.url}`, { method: req.method, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on("error", reject);
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: (...more) => void faults.push(...more),
    left: () => faults.length,
    bulks: () => bulks,
    onOther: (next) => (hook = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function drip(res: ServerResponse, text: string, ends: boolean): Promise<void> {
  res.writeHead(200, { "content-type": "application/json", "content-length": text.length });
  const piece = Math.ceil(text.length / 8);
  for (let at = 0; at < text.length; at += piece) {
    // The pieces are the fault: slow, and each for itself.
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (!ends && at + piece >= text.length) return;
    res.write(text.slice(at, at + piece));
  }
  res.end();
}

function answerWith(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { "content-type": "application/json" });
  res.end(text);
}

function actionsOf(body: string): { action: string; document: string }[] {
  const lines = body.split("\n");
  const actions: { action: string; document: string }[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) actions.push({ action: lines[i]!, document: lines[i + 1]! });
  return actions;
}
