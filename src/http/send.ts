import { once } from "node:events";
import type { Request, Response } from "express";
import type { JsonObject } from "../lib/json.js";
import { filterPath } from "./filter-path.js";

const JSON_TYPE = "application/json; charset=UTF-8";
/** An answer up to here is sent whole, with its length; a longer one piece by piece. */
const WHOLE_CHARS = 1024 * 1024;
const PIECE_CHARS = 256 * 1024;

/** Answers compact JSON, as Vector's search for `"errors":true` needs; honours `filter_path`. */
export function sendJson(req: Request, res: Response, status: number, answer: JsonObject): void {
  const filter = req.query["filter_path"];
  const text = JSON.stringify(
    typeof filter === "string" && filter !== "" ? filterPath(answer, filter) : answer,
  );
  sendText(res, status, JSON_TYPE, text);
}

export function sendText(res: Response, status: number, contentType: string, text: string): void {
  res.status(status).set({ "content-type": contentType, "content-length": String(Buffer.byteLength(text)) });
  res.end(res.req.method === "HEAD" ? undefined : text);
}

/** Answers JSON that is made as it is sent: a large answer is never held whole. */
export async function sendJsonPieces(res: Response, status: number, pieces: Iterable<string>): Promise<void> {
  let text = "";
  let begun = false;
  for (const piece of pieces) {
    text += piece;
    if (text.length < (begun ? PIECE_CHARS : WHOLE_CHARS)) continue;
    if (!begun) res.status(status).set({ "content-type": JSON_TYPE });
    begun = true;
    if (!res.write(text)) await drained(res);
    if (res.destroyed) return;
    text = "";
  }
  if (begun) res.end(text);
  else sendText(res, status, JSON_TYPE, text);
}

async function drained(res: Response): Promise<void> {
  if (res.destroyed) return;
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(res, "drain", { signal }), once(res, "close", { signal })]).catch(() => undefined);
  over.abort();
}
