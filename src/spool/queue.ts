import type { StoreLog } from "../output/store.js";
import type { DamageBook } from "./damage.js";
import type { DoneMarker } from "./done-marker.js";
import type { Position } from "./position.js";
import type { Segment } from "./segment.js";
import type { SpoolFiles } from "./spool-files.js";

/** The state that appending, reading and removing share. */
export interface Queue {
  readonly dir: string;
  readonly files: SpoolFiles;
  readonly log: StoreLog;
  readonly book: DamageBook;
  readonly marker: DoneMarker;
  /** Oldest first. */
  readonly segments: Segment[];
  /** The last segment, when more can be appended to it. */
  active: Segment | undefined;
  /** After the last record that was acknowledged. */
  end: Position;
  /** After the last record that was taken off. */
  done: Position;
}

/** Bytes on disk of all segments. */
export function bytesOf(queue: Queue): number {
  return queue.segments.reduce((sum, segment) => sum + segment.size, 0);
}
