import { setImmediate } from "node:timers/promises";

/** Longest stretch of work before other requests get their turn. */
const TURN_MS = 20;

/** Call it after each piece of long work: a promise to await when it is others' turn, else undefined. */
export function createTurns(): () => Promise<void> | undefined {
  let started = performance.now();
  return () => {
    if (performance.now() - started <= TURN_MS) return undefined;
    return setImmediate().then(() => {
      started = performance.now();
    });
  };
}
