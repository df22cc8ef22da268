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
  /**
   * Tells how many bytes the body has by now. Undefined when the share covers them or could grow at once; else a
   * promise to wait for before reading on, true once there is room, false when the deadline passed.
   */
  grow(bytes: number, deadline: number): Promise<boolean> | undefined;
  readonly bytes: number;
  /** Less is held now. Never waits. */
  shrink(bytes: number): void;
  /** The body is whole: the share becomes what it really holds. Never waits. */
  settle(bytes: number): void;
  release(): void;
}

interface Waiter {
  readonly fits: () => boolean;
  readonly admit: () => void;
}

export function createByteBudget(
  limit: number,
  onChange: (used: number) => void = () => undefined,
  onWaiting: (requests: number) => void = () => undefined,
): ByteBudget {
  let used = 0;
  /** Of it, what whole bodies hold. */
  let settled = 0;
  /** Requests that have no share yet, in order of arrival. */
  const line: Waiter[] = [];
  /** Shares whose body is being read, oldest first. */
  const reading: object[] = [];
  /** Those of them that wait for room. They go before the line: they hold memory already. */
  const growing: Waiter[] = [];

  const add = (bytes: number): void => {
    used += bytes;
    onChange(used);
  };
  const fits = (bytes: number): boolean => used === 0 || used + bytes <= limit;
  const admitWaiting = (): void => {
    for (const waiter of growing.filter((each) => each.fits())) if (waiter.fits()) waiter.admit();
    if (growing.length > 0) return;
    for (let next = line[0]; next?.fits() === true; next = line[0]) next.admit();
  };
  /** Resolves with true when admitted, with false at the deadline. */
  const wait = (queue: Waiter[], mayGo: () => boolean, go: () => void, deadline: number): Promise<boolean> =>
    new Promise((resolve) => {
      const leave = (admitted: boolean): void => {
        clearTimeout(timer);
        queue.splice(queue.indexOf(waiter), 1);
        onWaiting(line.length + growing.length);
        if (admitted) go();
        resolve(admitted);
        if (!admitted) admitWaiting();
      };
      const waiter = { fits: mayGo, admit: () => leave(true) };
      const timer = setTimeout(() => leave(false), Math.max(0, deadline - Date.now()));
      queue.push(waiter);
      onWaiting(line.length + growing.length);
    });

  const createShare = (bytes: number): Share => {
    const self = {};
    let held = bytes;
    add(held);
    reading.push(self);
    const become = (now: number): void => {
      if (!reading.includes(self)) settled += now - held;
      add(now - held);
      held = now;
    };
    const stopReading = (): void => {
      const at = reading.indexOf(self);
      if (at < 0) return;
      reading.splice(at, 1);
      settled += held;
    };
    return {
      get bytes() {
        return held;
      },
      grow(now, deadline) {
        if (now <= held) return undefined;
        // The oldest may grow past what the others hold: half-read bodies that wait for each other would wait for ever.
        // Those that are whole wait for nobody: it waits for them, or several large ones would be held at once.
        const mayGrow = (): boolean =>
          used + now - held <= limit || (reading[0] === self && (settled === 0 || settled + now <= limit));
        if (mayGrow()) {
          become(now);
          return undefined;
        }
        return wait(growing, mayGrow, () => become(now), deadline);
      },
      shrink(now) {
        if (now >= held) return;
        become(now);
        admitWaiting();
      },
      settle(now) {
        stopReading();
        become(now);
        admitWaiting();
      },
      release() {
        stopReading();
        become(0);
        admitWaiting();
      },
    };
  };

  return {
    get used() {
      return used;
    },
    get waiting() {
      return line.length + growing.length;
    },
    async take(bytes, deadline) {
      if (line.length === 0 && growing.length === 0 && fits(bytes)) return createShare(bytes);
      let share: Share | undefined;
      await wait(
        line,
        () => fits(bytes),
        () => (share = createShare(bytes)),
        deadline,
      );
      return share;
    },
  };
}
