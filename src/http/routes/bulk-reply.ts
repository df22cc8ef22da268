import { BULK_OPS, type BulkOp } from "../../decode/bulk-action.js";
import type { BulkRefusal } from "../../decode/bulk.js";
import type { JsonObject } from "../../lib/json.js";
import { filterPath } from "../filter-path.js";

const OP_CODES: Readonly<Record<BulkOp, number>> = { create: 0, delete: 1, index: 2, update: 3 };
const STORED_TEXTS = BULK_OPS.map((op) => `{"${op}":{"status":201}}`);
/** Items that are put into words together. */
const GROUP = 2000;
/** What a refusal takes in memory, about. */
const REFUSAL_BYTES = 400;

/**
 * The reply of a bulk request: one item for each action, in order, under the same op. Kept as one byte for each item,
 * and the refusals: a request may have a million.
 */
export class BulkReply {
  private ops = new Uint8Array(64);
  private items = 0;
  private readonly refused = new Map<number, BulkRefusal>();

  /** Number of items; the next one has this index. */
  get length(): number {
    return this.items;
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return this.ops.length + this.refused.size * REFUSAL_BYTES;
  }

  add(op: BulkOp, refused: BulkRefusal | undefined): void {
    if (this.items === this.ops.length) {
      const larger = new Uint8Array(this.ops.length * 2);
      larger.set(this.ops);
      this.ops = larger;
    }
    if (refused !== undefined) this.refused.set(this.items, refused);
    this.ops[this.items++] = OP_CODES[op];
  }

  /** The reply's text in pieces. An item without an error carries only its status. */
  *text(took: number): Generator<string, void> {
    yield `{"took":${took},"errors":${this.refused.size > 0},"items":[`;
    for (let start = 0; start < this.items; start += GROUP) {
      const texts = start === 0 ? "" : ",";
      yield texts + this.group(start).join(",");
    }
    yield "]}";
  }

  /** The same as `filter_path` asks for it: items are filtered each for itself. */
  *filteredText(took: number, filter: string): Generator<string, void> {
    const head = filterPath({ took, errors: this.refused.size > 0 }, filter);
    let text = JSON.stringify(head).slice(0, -1);
    let open = false;
    for (let start = 0; start < Math.max(1, this.items); start += GROUP) {
      const items = this.group(start).map((item) => JSON.parse(item) as JsonObject);
      const filtered = filterPath({ items }, filter)["items"];
      if (!Array.isArray(filtered)) continue;
      const kept = JSON.stringify(filtered).slice(1, -1);
      if (!open) text += `${text === "{" ? "" : ","}"items":[`;
      else if (kept !== "") text += ",";
      open = true;
      yield text + kept;
      text = "";
    }
    yield `${text}${open ? "]" : ""}}`;
  }

  private group(start: number): string[] {
    const texts: string[] = [];
    for (let at = start; at < Math.min(this.items, start + GROUP); at++) {
      const code = this.ops[at] ?? 0;
      const refusal = this.refused.size === 0 ? undefined : this.refused.get(at);
      if (refusal === undefined) texts.push(STORED_TEXTS[code] ?? "");
      else {
        const { status, type, reason } = refusal;
        texts.push(JSON.stringify({ [BULK_OPS[code] ?? ""]: { status, error: { type, reason } } }));
      }
    }
    return texts;
  }
}
