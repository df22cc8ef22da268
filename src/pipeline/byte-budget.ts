/** Bytes of all requests being worked on; a request takes its share before its body is read. */
export interface ByteBudget {
  /**
   * Waits in line for `bytes`, at most until `deadline` (ms since the epoch).
   * A request larger than the whole budget gets all of it, alone.
   * @returns a share, or undefined when the deadline passed.
   */
  take(bytes: number, deadline: number): Promise<Share | undefined>;
  readonly used: number;
  readonly waiting: number;
}

export interface Share {
  /** Corrects the share to the bytes really held. Never waits: the bytes are in memory already. */
  resize(bytes: number): void;
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: (share: Share) => void;
}

export function createByteBudget(
  limit: number,
  onChange: (used: number) => void = () => undefined,
): ByteBudget {
  let used = 0;
  const line: Waiter[] = [];

  const add = (bytes: number): void => {
    used += bytes;
    onChange(used);
  };
  const fits = (bytes: number): boolean => used === 0 || used + bytes <= limit;
  const admitNext = (): void => {
    for (let next = line[0]; next !== undefined && fits(next.bytes); next = line[0]) {
      line.shift();
      next.admit(createShare(next.bytes));
    }
  };
  const createShare = (bytes: number): Share => {
    let held = bytes;
    add(held);
    return {
      resize(now) {
        add(now - held);
        held = now;
        admitNext();
      },
      release() {
        add(-held);
        held = 0;
        admitNext();
      },
    };
  };

  return {
    get used() {
      return used;
    },
    get waiting() {
      return line.length;
    },
    take(bytes, deadline) {
      if (line.length === 0 && fits(bytes)) return Promise.resolve(createShare(bytes));
      return new Promise((resolve) => {
        const waiter: Waiter = {
          bytes,
          admit: (share) => {
            clearTimeout(timer);
            resolve(share);
          },
        };
        const timer = setTimeout(
          () => {
            const at = line.indexOf(waiter);
            if (at >= 0) line.splice(at, 1);
            resolve(undefined);
            admitNext();
          },
          Math.max(0, deadline - Date.now()),
        );
        line.push(waiter);
      });
    },
  };
}
