export interface WaitOptions {
  /** Default 20,000. */
  readonly timeout_ms?: number;
  /** What is waited for, as it should read after "Waited in vain for". */
  readonly what?: string;
  /** Default 50. */
  readonly every_ms?: number;
}

/**
 * Polls until `condition` gives something other than undefined, null or false, and returns it.
 * A throwing condition counts as not yet; its last error is named when time runs out.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const { timeout_ms = 20_000, every_ms = 50, what = "a condition" } = options;
  const end = performance.now() + timeout_ms;
  let last: unknown;
  do {
    try {
      const value = await condition();
      last = undefined;
      if (value !== undefined && value !== null && value !== false) {
        return value as Exclude<T, undefined | null | false>;
      }
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every_ms));
  } while (performance.now() < end);
  const why =
    last === undefined ? "" : `; last error: ${last instanceof Error ? last.message : JSON.stringify(last)}`;
  throw new Error(`Waited in vain for ${what} (${timeout_ms} ms)${why}`);
}
