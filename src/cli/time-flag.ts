import { stringFlag, UsageError, type Values } from "./args.js";

const SPAN_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/** A time, as ISO 8601 or as how long ago (`30d`, `12h`, `90m`), in ms since the epoch. @throws UsageError */
export function timeFlag(values: Values, name: string, now: number): number | undefined {
  const given = stringFlag(values, name);
  if (given === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([dhm])$/u.exec(given) ?? [];
  if (amount !== undefined) return now - Number(amount) * SPAN_MS[unit as keyof typeof SPAN_MS];
  const time = /^\d{4}-\d\d-\d\d/u.test(given) ? Date.parse(given) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(
    `--${name} takes a time such as 2026-11-23T10:00:00Z, or how long ago: 30d, 12h, 90m. Not "${given}".`,
  );
}
