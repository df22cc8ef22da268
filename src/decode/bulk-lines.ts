import { startsLikeAction } from "./bulk-action.js";
import type { ByteWindow } from "./byte-window.js";
import { isSpace } from "./json-scan.js";

export interface Line {
  /** Without its line end and surrounding white space. */
  readonly bytes: Buffer;
  /** Offsets in the body of the same. */
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly number: number;
}

const LINE_FEED = 0x0a;
const BRACE = 0x7b;
/** Of a line, as much as has to be seen to know an action. */
const ACTION_START_BYTES = 64 * 1024;

/** Answered when the window has to be filled first. */
export const MORE: Line = { bytes: Buffer.alloc(0), start: 0, end: 0, number: 0 };

/** The lines of a body that are not blank, from a window that is filled as one goes. */
export class BulkLines {
  /** Where the next line begins. */
  at = 0;
  /** Offset after the last line that `next` passed over for not beginning an object. */
  passed = 0;
  private number = 1;
  /** There is no line break between `at` and here. */
  private searched = 0;
  private begun = false;

  constructor(private readonly window: ByteWindow) {}

  /** @returns undefined after the last line. @param objectsOnly passes over lines that do not begin with a brace */
  next(objectsOnly = false): Line | undefined {
    const { bytes, base, ended } = this.window;
    if (!this.begun) {
      if (bytes.length < 3 && !ended) return MORE;
      this.begun = true;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
    }
    for (;;) {
      let start = this.at - base;
      // Blank lines are passed over here: a body of nothing else must not cost a line's work for each.
      for (; start < bytes.length && bytes[start] === LINE_FEED; start++) this.number++;
      this.at = base + start;
      if (start >= bytes.length) return ended ? undefined : MORE;
      const newline = bytes.indexOf(LINE_FEED, Math.max(start, this.searched - base));
      if (newline < 0 && !ended) {
        this.searched = base + bytes.length;
        return MORE;
      }
      let end = newline < 0 ? bytes.length : newline;
      this.at = base + (newline < 0 ? bytes.length : newline + 1);
      const number = this.number++;
      while (start < end && isSpace(bytes[start])) start++;
      while (end > start && isSpace(bytes[end - 1])) end--;
      if (end === start) continue;
      if (objectsOnly && bytes[start] !== BRACE) {
        this.passed = base + end;
        continue;
      }
      return { bytes: bytes.subarray(start, end), start: base + start, end: base + end, number };
    }
  }
}

/** Looks ahead for a line that begins as an action does. */
export class ActionSearch {
  /** Within a line that is none. */
  private passing = false;

  /** @param at where a line begins @param limit offset past which no line is looked at */
  constructor(
    private readonly window: ByteWindow,
    private at: number,
    private readonly limit: number,
  ) {}

  look(): "found" | "none" | "more" {
    const { bytes, base, ended } = this.window;
    for (;;) {
      let start = this.at - base;
      while (!this.passing && start < bytes.length && isSpace(bytes[start])) start++;
      this.at = base + start;
      if (this.at >= this.limit) return "none";
      if (start >= bytes.length) return ended ? "none" : "more";
      const newline = bytes.indexOf(LINE_FEED, start);
      if (!this.passing && bytes[start] === BRACE) {
        const whole = newline >= 0 || ended || bytes.length - start >= ACTION_START_BYTES;
        if (!whole) return "more";
        const end = Math.min(newline < 0 ? bytes.length : newline, start + ACTION_START_BYTES);
        if (startsLikeAction(bytes.subarray(start, end))) return "found";
      }
      this.passing = newline < 0;
      this.at = base + (newline < 0 ? bytes.length : newline + 1);
    }
  }
}
