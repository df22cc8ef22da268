import type { StoreWrite } from "../output/store.js";

const DAY_MS = 86_400_000;
/** Groups of one record that are written at the same time, at most. */
const MOST_GROUPS = 256;
const FEW_PARTS = 16;

/**
 * Puts the writes of a record that are still to be stored into groups that succeed or fail each by itself: by day,
 * since it is mostly one index that is blocked or closed, and after failures in ever smaller parts, down to the one
 * document that nobody can store.
 *
 * @param pending positions in `writes`, ascending.
 * @returns positions, in groups.
 */
export function toGroups(
  writes: readonly StoreWrite[],
  pending: readonly number[],
  failures: number,
): readonly (readonly number[])[] {
  const days = new Map<number, number[]>();
  for (const position of pending) {
    const write = writes[position];
    const day = write?.kind === "event" ? Math.floor(write.time / DAY_MS) : -1;
    const group = days.get(day);
    if (group === undefined) days.set(day, [position]);
    else group.push(position);
  }
  const groups = [...days.values()];
  if (failures === 0 && groups.length <= MOST_GROUPS) return groups;
  const most = failures <= 1 ? FEW_PARTS : MOST_GROUPS;
  const size = Math.max(1, Math.ceil(pending.length / most));
  return groups.length > most ? parts(groups.flat(), size) : groups.flatMap((group) => parts(group, size));
}

function parts(positions: readonly number[], size: number): number[][] {
  const all: number[][] = [];
  for (let at = 0; at < positions.length; at += size) all.push(positions.slice(at, at + size));
  return all;
}
