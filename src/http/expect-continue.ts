import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Lets a client that asks (`Expect: 100-continue`) send its body only once there is room for it. */
export function askBeforeBodies(server: Server, app: RequestListener): void {
  server.on("checkContinue", (req: IncomingMessage, res: ServerResponse) => {
    waiting.set(req, res);
    app(req, res);
  });
}

/** Tells a client that waits to go on. */
export function continueSending(req: IncomingMessage): void {
  waiting.get(req)?.writeContinue();
  waiting.delete(req);
}
