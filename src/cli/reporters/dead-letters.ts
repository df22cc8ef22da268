import { isUtf8 } from "node:buffer";
import type { DeadLetterHead, DeadLetterSummary } from "../../pipeline/replay-store.js";
import { plural } from "../plural.js";
import { oneLine } from "./one-line.js";

/** Characters of an id in the table: enough to tell millions apart. */
const SHORT_ID = 12;
const MAX_MESSAGE = 70;
const MAX_NAME = 24;
/** Missing parts that are named one by one. */
const MAX_MISSING = 20;

export const LETTER_COLUMNS = toRow(
  "id",
  "received",
  "reason",
  "size",
  "replayed",
  "route",
  "index",
  "message",
);

/** One letter of the table. */
export function toLetterLine(head: DeadLetterHead): string {
  const { id, time, reason, sizeBytes, source, replayedAt } = head;
  return toRow(
    id.slice(0, SHORT_ID),
    toTime(time),
    reason.code,
    toSize(sizeBytes),
    replayedAt === undefined ? "no" : replayedAt.slice(0, 10),
    cut(source.route, MAX_NAME),
    cut(source.index ?? "-", MAX_NAME),
    cut(reason.message, MAX_MESSAGE),
  );
}

export function toLetterJson(head: DeadLetterHead): string {
  return JSON.stringify({
    id: head.id,
    "@timestamp": new Date(head.time).toISOString(),
    reason: head.reason,
    size_bytes: head.sizeBytes,
    chunks: head.chunks,
    part: head.part ?? null,
    source: head.source,
    replayed_at: head.replayedAt ?? null,
  });
}

/** What stands below the table. */
export function toSummaryLines({ total, byReason, looseParts }: DeadLetterSummary, shown: number): string[] {
  const counts = byReason.map(({ code, count }) => `${code} ${count.toLocaleString("en-US")}`).join(", ");
  const all = total.toLocaleString("en-US");
  const lines = [
    total === 0
      ? "No dead letters."
      : `${shown < total ? `showing ${shown.toLocaleString("en-US")} of ${all}` : all}: ${counts}`,
  ];
  if (shown < total) lines.push("--limit N shows more.");
  if (looseParts > 0) {
    lines.push(
      `${plural(looseParts, "chunk")} of large letters missing or without the others; replay names them.`,
    );
  }
  return lines;
}

/** @param missing a sentence for each part that is */
export function toMissingLines(missing: readonly string[]): readonly string[] {
  if (missing.length <= MAX_MISSING) return missing;
  const more = plural(missing.length - MAX_MISSING, "part");
  return [...missing.slice(0, MAX_MISSING), `${more} of other large documents missing too.`];
}

/** All that is known of a letter, or of those that hold one large document, and its bytes as text. */
export function toLetterText([head, ...others]: readonly DeadLetterHead[], raw: Uint8Array): string {
  if (head === undefined) return "";
  const { source } = head;
  const parts = others.length === 0 ? "" : ` in ${others.length + 1} dead letters`;
  const lines = [
    `id         ${head.id}`,
    `received   ${toTime(head.time)}`,
    `reason     ${head.reason.code}: ${head.reason.message}`,
    `size       ${plural(raw.length, "byte")}${parts}`,
    `route      ${source.route}`,
    ...(source.index === undefined ? [] : [`index      ${source.index}`]),
    ...(source.user_agent === undefined ? [] : [`sent by    ${source.user_agent}`]),
    ...others.map(({ id }) => `goes on in ${id}`),
    `replayed   ${head.replayedAt ?? "no"}`,
  ];
  return `${lines.map(oneLine).join("\n")}\n\n${toVisibleText(raw)}\n`;
}

/** Bytes as text that no terminal takes for commands: what is no printable UTF-8 stands as \\xNN or \\u{N}. */
export function toVisibleText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = isUtf8(buffer) ? buffer.toString("utf8") : escapeBytes(buffer);
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (char) =>
    char === "\n" || char === "\t" ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function escapeBytes(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    if (length === undefined) text += `\\x${bytes.toString("hex", at, at + 1)}`;
    else text += bytes.toString("utf8", at, at + length);
    at += length ?? 1;
  }
  return text;
}

function toRow(...cells: readonly [string, string, string, string, string, string, string, string]): string {
  const [id, time, reason, size, replayed, route, index, message] = cells;
  const left = `${id.padEnd(SHORT_ID)}  ${time.padEnd(20)}  ${reason.padEnd(15)}  ${size.padStart(9)}`;
  return oneLine(
    `${left}  ${replayed.padEnd(10)}  ${route.padEnd(15)}  ${index.padEnd(12)}  ${message}`,
  ).trimEnd();
}

function toTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function toSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let [size, unit] = [bytes / 1024, 0];
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${size.toFixed(1)} ${units[unit] ?? ""}`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
