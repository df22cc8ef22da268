/** How much time one events index holds. Part of idempotency: it must stay what it was for data already stored. */
export type IndexPeriod = "day" | "week" | "month";

export interface IndexNames {
  /** Events index for an event time in ms since the epoch (UTC). */
  events(time: number): string;
  /** Alerts index for a window start in ms since the epoch (UTC). */
  alerts(windowStart: number): string;
  readonly deadletter: string;
  readonly eventsPattern: string;
  readonly alertsPattern: string;
}

const DAY_MS = 86_400_000;
/** Names kept per day; ten years of archive fit. */
const CACHE_DAYS = 5_000;

/** `<prefix>-events-2026.w47`, `<prefix>-alerts-2026.11`, `<prefix>-deadletter`. Pure; cached by day. */
export function createIndexNames(prefix: string, period: IndexPeriod): IndexNames {
  const suffix = SUFFIX[period];
  const events = cachedByDay((time) => `${prefix}-events-${suffix(time)}`);
  const alerts = cachedByDay((time) => `${prefix}-alerts-${toMonth(time)}`);
  return {
    events,
    alerts,
    deadletter: `${prefix}-deadletter`,
    eventsPattern: `${prefix}-events-*`,
    alertsPattern: `${prefix}-alerts-*`,
  };
}

/** Every events index that may hold an event with `from` <= time < `to` (ms since the epoch), in order. */
export function eventIndicesBetween(names: IndexNames, from: number, to: number): string[] {
  const found = new Set<string>();
  for (let time = from; time < to; time += DAY_MS) found.add(names.events(time));
  found.add(names.events(Math.max(from, to - 1)));
  return [...found];
}

const SUFFIX = {
  day: (time) => `${toMonth(time)}.${twoDigits(new Date(time).getUTCDate())}`,
  week: toIsoWeek,
  month: toMonth,
} as const satisfies Record<IndexPeriod, (time: number) => string>;

function toMonth(time: number): string {
  const date = new Date(time);
  return `${year(date)}.${twoDigits(date.getUTCMonth() + 1)}`;
}

/** The week belongs to the year that holds its Thursday, so 2027-01-01 is `2026.w53`. */
function toIsoWeek(time: number): string {
  const day = Math.floor(time / DAY_MS);
  const weekday = (((day + 3) % 7) + 7) % 7; // 1970-01-01 was a Thursday; Monday is 0
  const thursday = new Date((day - weekday + 3) * DAY_MS);
  const firstOfYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = 1 + Math.floor((thursday.getTime() - firstOfYear) / DAY_MS / 7);
  return `${year(thursday)}.w${twoDigits(week)}`;
}

function year(date: Date): string {
  return String(date.getUTCFullYear()).padStart(4, "0");
}

function twoDigits(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

function cachedByDay(name: (time: number) => string): (time: number) => string {
  const cache = new Map<number, string>();
  return (time) => {
    const day = Math.floor(time / DAY_MS);
    const known = cache.get(day);
    if (known !== undefined) return known;
    if (cache.size >= CACHE_DAYS) cache.clear();
    const made = name(time);
    cache.set(day, made);
    return made;
  };
}
