import type { ByteWindow } from "./byte-window.js";
import { isSpace, scanValue, skipSpace } from "./json-scan.js";

/** What is no JSON is cut here when nothing in it looks like the start of a record. */
export const MAX_BROKEN_BYTES = 8 * 1024 * 1024;

const LINE_START = "\n{";
const RECORD_KEY = Buffer.from('"eventVersion"');
const NONE = Infinity;

/** Finds where reading can go on after what turned out to be no JSON. */
export class JsonResume {
  /** Offset of the first `{` that begins a line, at or after where it was last looked for; -1 before the first look. */
  private line = -1;
  private linesSearched = 0;
  /** The same for a `{` before `"eventVersion"`. */
  private record = -1;
  private recordEnd = 0;
  private recordsSearched = 0;

  constructor(private readonly window: ByteWindow) {}

  /** @returns the offset, or undefined when the window has to be filled first. */
  after(start: number, inArray: boolean): number | undefined {
    const { bytes, base } = this.window;
    const first = bytes[start - base];
    return first === 0x7b || first === 0x5b ? this.afterBracket(start) : this.afterText(start, inArray);
  }

  private afterBracket(start: number): number | undefined {
    const { bytes, base, ended } = this.window;
    const cut = start + MAX_BROKEN_BYTES;
    const record = this.nextRecord(start + 1, cut);
    const limit = Math.min(record, this.window.end, cut);
    // Balanced although it is no JSON: its own brackets say where it ends.
    const lenient = scanValue(bytes, start - base, limit - base, true);
    if (lenient.state === "complete") {
      const next = skipSpace(bytes, lenient.end);
      if (next >= bytes.length && !ended) return undefined;
      if (next >= bytes.length || isEnd(bytes[next])) return base + lenient.end;
    }
    if (record !== NONE) return record;
    return this.window.end < cut && !ended ? undefined : limit;
  }

  private afterText(start: number, inArray: boolean): number | undefined {
    const { bytes, base, ended } = this.window;
    const cut = start + MAX_BROKEN_BYTES;
    const limit = Math.min(this.window.end, cut);
    const record = inArray ? this.nextRecord(start + 1, limit) : NONE;
    const stop = Math.min(limit, record);
    for (let at = start + 1; at < stop; at++) {
      const byte = bytes[at - base];
      if (inArray ? byte === 0x2c || byte === 0x5d : byte === 0x7b || byte === 0x5b) return at;
    }
    if (record !== NONE) return record;
    return this.window.end < cut && !ended ? undefined : limit;
  }

  /** Offset of the next `{` that begins a line or a CloudTrail record as AWS writes it, in a stretch of the body. */
  private nextRecord(from: number, to: number): number {
    this.findLine(from);
    this.findRecord(from);
    const line = this.line >= from && this.line < to ? this.line : NONE;
    return this.recordEnd <= to && this.record < line ? this.record : line;
  }

  private findLine(from: number): void {
    if (this.line >= from) return;
    const { bytes, base } = this.window;
    const at = bytes.indexOf(LINE_START, Math.max(from, this.linesSearched) - 1 - base, "latin1");
    this.linesSearched = at < 0 ? Math.max(from, this.window.end) : base + at + 2;
    this.line = at < 0 ? NONE : base + at + 1;
    if (at < 0 && !this.window.ended) this.line = -1;
  }

  private findRecord(from: number): void {
    if (this.record >= from) return;
    const { bytes, base, ended } = this.window;
    let key = bytes.indexOf(RECORD_KEY, Math.max(from, this.recordsSearched) - base);
    for (; key >= 0; key = bytes.indexOf(RECORD_KEY, key + 1)) {
      this.recordsSearched = base + key + 1;
      let brace = key - 1;
      while (base + brace >= from && isSpace(bytes[brace])) brace--;
      if (base + brace < from || bytes[brace] !== 0x7b) continue;
      this.record = base + brace;
      this.recordEnd = base + key + RECORD_KEY.length;
      return;
    }
    this.recordsSearched = Math.max(from, this.window.end - RECORD_KEY.length + 1);
    this.record = ended ? NONE : -1;
    this.recordEnd = NONE;
  }
}

function isEnd(byte: number | undefined): boolean {
  return byte === 0x2c || byte === 0x5d || byte === 0x7b || byte === 0x7d;
}
