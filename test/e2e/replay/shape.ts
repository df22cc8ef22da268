import type { OutgoingHttpHeaders } from "node:http";
import type { Batch } from "../../faults/harness/event-source.js";

export interface ReplayRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
}

export interface ReplayAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly text: string;
}

/** A shipper as it looks on the wire, and what it does with an answer. */
export interface Shape {
  readonly name: string;
  /** What it asks before it sends, and what it must be told. */
  readonly startUp?: readonly {
    readonly request: ReplayRequest;
    accepts: (answer: ReplayAnswer) => boolean;
  }[];
  request(batch: Batch): ReplayRequest;
  /**
   * The documents that it sends again, by position; what is not among them it takes for delivered or drops, which it
   * does not tell apart.
   *
   * @param answer undefined when the connection broke or no answer came.
   */
  keeps(answer: ReplayAnswer | undefined, batch: Batch): readonly number[];
  /** How often it sends a batch again before it drops it. */
  readonly tries: number;
}

export function everyOne(batch: Batch): number[] {
  return batch.ids.map((_, i) => i);
}

/** One `_bulk` body: `action` as the shipper writes it, `wrap` what it puts around a record. */
export function bulkOf(batch: Batch, action: object, wrap: (record: string) => unknown): Buffer {
  const line = JSON.stringify(action);
  return Buffer.from(batch.documents.map((doc) => `${line}\n${JSON.stringify(wrap(doc))}\n`).join(""));
}

/** Positions of a bulk answer whose status makes `wanted` true. @throws when it is no answer to this bulk. */
export function itemsWhere(
  answer: ReplayAnswer,
  batch: Batch,
  wanted: (status: number) => boolean,
): readonly number[] {
  const { items } = JSON.parse(answer.text) as { items: Record<string, { status: number }>[] };
  if (items.length !== batch.ids.length) throw new Error(`${items.length} items for ${batch.ids.length}`);
  return items.flatMap((item, i) => (wanted(Object.values(item)[0]!.status) ? [i] : []));
}

/** A zstd frame of stored blocks: what no zstd is needed to write. */
export function toZstd(bytes: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUInt32LE(0xfd2fb528, 0);
  // A single segment with its size in four bytes.
  header[4] = 0xa0;
  header.writeUInt32LE(bytes.length, 5);
  const parts: Buffer[] = [header];
  const most = 128 * 1024;
  for (let at = 0; at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most);
    const last = at + most >= bytes.length ? 1 : 0;
    const size = Buffer.alloc(3);
    size.writeUIntLE((block.length << 3) | last, 0, 3);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}
