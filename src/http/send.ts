import type { Request, Response } from "express";
import type { JsonObject } from "../lib/json.js";
import { filterPath } from "./filter-path.js";

/** Answers compact JSON, as Vector's search for `"errors":true` needs; honours `filter_path`. */
export function sendJson(req: Request, res: Response, status: number, answer: JsonObject): void {
  const filter = req.query["filter_path"];
  const text = JSON.stringify(
    typeof filter === "string" && filter !== "" ? filterPath(answer, filter) : answer,
  );
  sendText(res, status, "application/json; charset=UTF-8", text);
}

export function sendText(res: Response, status: number, contentType: string, text: string): void {
  res.status(status).set({ "content-type": contentType, "content-length": String(Buffer.byteLength(text)) });
  res.end(res.req.method === "HEAD" ? undefined : text);
}
