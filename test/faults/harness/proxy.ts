import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.js";

/** What a request to OpenSearch meets instead of a plain answer. */
export const PROXY_FAULTS = [
  /** 429 for the whole request, which is not passed on. */
  "too_many_requests",
  /** 503 for the whole request, which is not passed on. */
  "unavailable",
  /** 503 for the whole request, which was passed on and done. */
  "unavailable_after",
  /** Of a bulk, random items are answered 429 and not passed on; other requests pass. */
  "busy_items",
  /** Not passed on, not answered; the connection is closed after `hangMs`. */
  "hang",
  /** Passed on and done, not answered; the connection is closed after `hangMs`. */
  "hang_after",
  /** The connection breaks before anything is passed on. */
  "reset",
  /** Passed on and done; the connection breaks in the middle of the answer. */
  "reset_reply",
  /** Passed on and done; answered with half of the JSON under status 200. */
  "garbage",
  /** Passed on and done; the answer comes in drips over `slowMs`. */
  "slow",
] as const;

export type ProxyFault = (typeof PROXY_FAULTS)[number];

export interface FaultPlan {
  /** Probability of each fault for each request; together at most 1. */
  readonly rates: Partial<Readonly<Record<ProxyFault, number>>>;
  /** Of the items of a bulk that meets `busy_items`. Default 0.2. */
  readonly itemRate?: number;
  /** Default 2,000. */
  readonly hangMs?: number;
  /** Default 1,500. */
  readonly slowMs?: number;
}

export interface RandomProxy {
  readonly url: string;
  readonly port: number;
  /** From now on; without it every request passes. */
  plan(plan?: FaultPlan): void;
  /** Connections are refused and those that are open break, as when OpenSearch has crashed. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** Faults met so far; `refused` counts the times it went away. */
  met(): Readonly<Record<ProxyFault | "refused", number>>;
  close(): Promise<void>;
}

/** Stands between TrailTag and a real OpenSearch only to inject faults; whatever it passes on is really done. */
export async function startRandomProxy(target: string, random: Random): Promise<RandomProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const met = Object.fromEntries([...PROXY_FAULTS, "refused"].map((fault) => [fault, 0])) as Record<
    ProxyFault | "refused",
    number
  >;
  let plan: FaultPlan = { rates: {} };
  let server: Server;

  function draw(isBulk: boolean): ProxyFault | undefined {
    let left = random.next();
    for (const fault of PROXY_FAULTS) {
      left -= plan.rates[fault] ?? 0;
      if (left < 0) return fault === "busy_items" && !isBulk ? undefined : fault;
    }
    return undefined;
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { hangMs = 2_000, slowMs = 1_500 } = plan;
    const fault = draw(req.method === "POST" && (req.url ?? "").startsWith("/_bulk"));
    if (fault !== undefined) met[fault]++;
    switch (fault) {
      case undefined:
        answerWith(res, await pass(req, body));
        return;
      case "too_many_requests": {
        const error = { type: "rejected_execution_exception", reason: "full" };
        answerWith(res, { status: 429, body: Buffer.from(JSON.stringify({ error, status: 429 })) });
        return;
      }
      case "unavailable":
        answerWith(res, { status: 503, body: Buffer.from("no upstream") });
        return;
      case "unavailable_after":
        await pass(req, body);
        answerWith(res, { status: 503, body: Buffer.from("upstream went away") });
        return;
      case "busy_items":
        answerWith(res, await busyItems(req, body));
        return;
      case "hang":
        await sleep(hangMs);
        req.socket.destroy();
        return;
      case "hang_after":
        await pass(req, body);
        await sleep(hangMs);
        req.socket.destroy();
        return;
      case "reset":
        req.socket.resetAndDestroy();
        return;
      case "reset_reply": {
        const answer = await pass(req, body);
        const half = answer.body.subarray(0, answer.body.length >> 1);
        res.writeHead(answer.status, { "content-type": JSON_TYPE, "content-length": answer.body.length });
        res.write(half, () => req.socket.resetAndDestroy());
        return;
      }
      case "garbage": {
        const answer = await pass(req, body);
        answerWith(res, { status: 200, body: answer.body.subarray(0, answer.body.length >> 1) });
        return;
      }
      case "slow": {
        const answer = await pass(req, body);
        res.writeHead(answer.status, { "content-type": JSON_TYPE, "content-length": answer.body.length });
        const drips = 10;
        const size = Math.max(1, Math.ceil(answer.body.length / drips));
        for (let at = 0; at < answer.body.length; at += size) {
          res.write(answer.body.subarray(at, at + size));
          await sleep(slowMs / drips);
        }
        res.end();
      }
    }
  }

  /** Some items are answered by us, the others by OpenSearch, put together in the order they came. */
  async function busyItems(req: IncomingMessage, body: Buffer): Promise<Answer> {
    const actions = actionsOf(body.toString());
    const { itemRate = 0.2 } = plan;
    const busy = actions.map(() => random.chance(itemRate));
    if (!busy.includes(true)) busy[random.between(0, actions.length)] = true;
    const sent = actions.flatMap(({ action, document }, i) => (busy[i] ? [] : [`${action}\n${document}\n`]));
    const reply = sent.length === 0 ? undefined : await pass(req, Buffer.from(sent.join("")));
    if (reply !== undefined && reply.status !== 200) return reply;
    const items =
      reply === undefined ? [] : (JSON.parse(reply.body.toString()) as { items: unknown[] }).items;
    const error = {
      type: "rejected_execution_exception",
      reason: "rejected execution of coordinating operation",
    };
    let next = 0;
    const answers = actions.map(({ action }, i) => {
      if (!busy[i]) return items[next++];
      const op = Object.keys(JSON.parse(action) as object)[0]!;
      return { [op]: { status: 429, error } };
    });
    return { status: 200, body: Buffer.from(JSON.stringify({ errors: true, items: answers })) };
  }

  function pass(req: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { ...req.headers, "content-length": String(body.length) };
      const onward = request(`${target}${req.url}`, { method: req.method, headers, agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }));
        answer.on("error", reject);
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  async function open(port: number): Promise<void> {
    server = createServer((req, res) => {
      handle(req, res).catch(() => res.destroy());
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  }

  async function shut(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  await open(0);
  const { port } = server!.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    plan: (next = { rates: {} }) => (plan = next),
    goAway: async () => {
      met.refused++;
      await shut();
    },
    comeBack: () => open(port),
    met: () => ({ ...met }),
    close: async () => {
      await shut();
      agent.destroy();
    },
  };
}

const JSON_TYPE = "application/json; charset=UTF-8";

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

function answerWith(res: ServerResponse, { status, body }: Answer): void {
  res.writeHead(status, { "content-type": JSON_TYPE, "content-length": body.length });
  res.end(body);
}

function actionsOf(body: string): { action: string; document: string }[] {
  const lines = body.split("\n");
  const actions: { action: string; document: string }[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) actions.push({ action: lines[i]!, document: lines[i + 1]! });
  return actions;
}
