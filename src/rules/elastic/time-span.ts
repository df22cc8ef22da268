const MINUTES: Readonly<Record<string, number>> = {
  s: 1 / 60,
  m: 1,
  h: 60,
  H: 60,
  d: 1440,
  w: 10_080,
  M: 43_200,
  y: 525_600,
};

/** Minutes of a number with a unit (`m`, `h`, `d` …); undefined for an unknown unit. */
export function toMinutes(amount: number, unit: string): number | undefined {
  const minutes = Object.hasOwn(MINUTES, unit) ? MINUTES[unit] : undefined;
  return minutes === undefined ? undefined : amount * minutes;
}

/** How many minutes before now a time such as `now-7d` or `now-6m/m` is; undefined when it cannot be read. */
export function minutesBack(text: string): number | undefined {
  const [, amount = "", unit = ""] = /^now-(\d{1,9})([smhHdwMy])(?:\/[smhHdwMy])?$/.exec(text.trim()) ?? [];
  return amount === "" ? undefined : toMinutes(Number(amount), unit);
}
