/** Where a document stands in its file, in bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Finds a stored document by its id. Holds ids, not documents: about 130 bytes of memory each, so that a
 * million events take some 130 MB, and ten million (with `--max-old-space-size` raised) is where the files
 * store ends and OpenSearch begins.
 */
export interface IdIndex {
  readonly size: number;
  get(id: string): Place | undefined;
  has(id: string): boolean;
  set(id: string, place: Place): void;
}

/** One Map ends at 2^24 keys; several do not. */
const SHARDS = 64;

export function createIdIndex(): IdIndex {
  const shards = Array.from({ length: SHARDS }, () => new Map<string, number>());
  let offsets = new Float64Array(1024);
  let lengths = new Uint32Array(1024);
  let size = 0;

  function shardOf(id: string): Map<string, number> {
    const hash = id.charCodeAt(0) * 31 + id.charCodeAt(id.length - 1) * 7 + id.charCodeAt(id.length >> 1);
    return shards[hash % SHARDS] ?? (shards[0] as Map<string, number>);
  }

  return {
    get size() {
      return size;
    },
    has: (id) => shardOf(id).has(id),
    get(id) {
      const slot = shardOf(id).get(id);
      return slot === undefined ? undefined : { offset: offsets[slot] ?? 0, length: lengths[slot] ?? 0 };
    },
    set(id, { offset, length }) {
      const known = shardOf(id).get(id);
      const slot = known ?? size;
      if (slot >= offsets.length) {
        offsets = grown(offsets, new Float64Array(offsets.length * 2));
        lengths = grown(lengths, new Uint32Array(lengths.length * 2));
      }
      offsets[slot] = offset;
      lengths[slot] = length;
      if (known !== undefined) return;
      shardOf(id).set(id, slot);
      size += 1;
    },
  };
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
