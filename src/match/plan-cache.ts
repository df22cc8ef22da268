/** Longer names are no names of services and calls. */
const MAX_NAME = 200;

/** Keeps what was made for pairs of service and call. */
export interface PlanCache<P extends object> {
  /** Undefined for a pair that comes for the first time: names that come once are not worth a plan. */
  get(source: string, name: string): P | undefined;
}

interface Kept<P> {
  plan: P | undefined;
}

/**
 * @param make gives a plan and its size.
 * @param limit of the sizes of all plans together; beyond it all are forgotten, which bounds memory and what strange input can cost.
 */
export function createPlanCache<P extends object>(
  make: (source: string, name: string) => { readonly plan: P; readonly size: number },
  limit: number,
): PlanCache<P> {
  const sources = new Map<string, Map<string, Kept<P>>>();
  let size = 0;
  const grow = (by: number): void => {
    size += by;
    if (size <= limit) return;
    sources.clear();
    size = 0;
  };

  const add = (source: string, name: string): void => {
    if (source.length > MAX_NAME || name.length > MAX_NAME) return;
    const names = sources.get(source) ?? new Map<string, Kept<P>>();
    sources.set(source, names.set(name, { plan: undefined }));
    grow(1);
  };

  return {
    get(source, name) {
      const kept = sources.get(source)?.get(name);
      if (kept === undefined) {
        add(source, name);
        return undefined;
      }
      if (kept.plan === undefined) {
        const made = make(source, name);
        kept.plan = made.plan;
        grow(made.size);
      }
      return kept.plan;
    },
  };
}
