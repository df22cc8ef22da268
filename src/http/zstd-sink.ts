import type { BodySink, SinkEvents } from "./body-sink.js";
import { ZstdReader } from "./zstd.js";

/** Longest stretch of inflating before other requests get their turn. */
const TURN_MS = 10;
/** More than the largest block, which has to be whole. */
const ENOUGH_BYTES = 192 * 1024;

/** Inflates in short turns, in JavaScript: Node 20 has no zstd of its own. */
export function createZstdSink(maxBytes: number, events: SinkEvents): BodySink {
  const reader = new ZstdReader(maxBytes);
  let paused = false;
  let over = false;
  let full = false;
  let next: NodeJS.Immediate | undefined;

  const turn = (): void => {
    next = undefined;
    const started = performance.now();
    try {
      while (!paused && !over) {
        const part = reader.step();
        if (part === "end") {
          over = true;
          events.ended();
          return;
        }
        if (part === "more") break;
        if (part.length > 0) events.data(part);
        if (performance.now() - started > TURN_MS) {
          schedule();
          break;
        }
      }
      if (full && reader.waiting < ENOUGH_BYTES) {
        full = false;
        events.drain();
      }
    } catch (error) {
      over = true;
      events.fail(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const schedule = (): void => {
    if (!over) next ??= setImmediate(turn);
  };

  return {
    write(chunk) {
      reader.push(chunk);
      if (next === undefined) turn();
      full = reader.waiting >= ENOUGH_BYTES + 64 * 1024;
      return !full;
    },
    pause: () => (paused = true),
    resume() {
      if (!paused) return;
      paused = false;
      schedule();
    },
    end() {
      reader.end();
      schedule();
    },
    destroy() {
      over = true;
      if (next !== undefined) clearImmediate(next);
    },
  };
}
