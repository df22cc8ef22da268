const MS_PER_SECOND = 1000;
/** Numbers below this are seconds (until the year 5138), above it milliseconds (from 1973 on). */
const SECONDS_BELOW = 100_000_000_000;

/**
 * Reads an event time: ISO 8601 with `T` or a blank, with or without fraction and zone (none means UTC), or an
 * epoch number in seconds or milliseconds, as a number or as digits.
 *
 * @returns milliseconds since the epoch; undefined when it is no time.
 */
export function parseEventTime(value: unknown): number | undefined {
  if (typeof value === "number") return fromEpoch(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const year = digits(text, 0, 4);
  if (text.length < 10 || year < 0) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return epochDigits(text);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const date = Date.UTC(year, month - 1, day);
  if (text.length === 10) return date;
  const separator = text.charCodeAt(10);
  if (separator !== 84 && separator !== 116 && separator !== 32) return undefined;
  const clock = timeOfDay(text);
  return clock === undefined ? undefined : date + clock;
}

/** From position 11 on: `hh:mm[:ss[.fraction]][zone]`, as milliseconds from midnight UTC. */
function timeOfDay(text: string): number | undefined {
  const hour = digits(text, 11, 13);
  const minute = text.charCodeAt(13) === 58 ? digits(text, 14, 16) : -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  let at = 16;
  let ms = 0;
  if (text.charCodeAt(at) === 58) {
    const second = digits(text, 17, 19);
    // A leap second counts as the last one of its minute.
    if (second < 0 || second > 60) return undefined;
    ms = Math.min(second, 59) * MS_PER_SECOND;
    at = 19;
    const mark = text.charCodeAt(at);
    if (mark === 46 || mark === 44) {
      let end = at + 1;
      while (isDigit(text.charCodeAt(end))) end++;
      if (end === at + 1) return undefined;
      ms += Number(
        text
          .slice(at + 1, at + 4)
          .padEnd(3, "0")
          .replace(/\D/gu, "0"),
      );
      at = end;
    }
  }
  const offset = zoneOffset(text, at);
  return offset === undefined ? undefined : hour * 3_600_000 + minute * 60_000 + ms - offset;
}

/** `Z`, nothing, ` UTC`, `+hh:mm`, `+hhmm` or `+hh`, in milliseconds. */
function zoneOffset(text: string, at: number): number | undefined {
  if (at === text.length) return 0;
  const zone = text.slice(at).trim();
  if (zone === "Z" || zone === "z" || zone === "UTC") return 0;
  const sign = zone.startsWith("+") ? 1 : zone.startsWith("-") ? -1 : 0;
  const hours = digits(zone, 1, 3);
  const minutes = zone.length === 3 ? 0 : digits(zone, zone.length - 2, zone.length);
  const shaped = zone.length === 3 || zone.length === 5 || (zone.length === 6 && zone.charCodeAt(3) === 58);
  if (sign === 0 || !shaped || hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return undefined;
  return sign * (hours * 3_600_000 + minutes * 60_000);
}

function epochDigits(text: string): number | undefined {
  if (text.length !== 10 && text.length !== 13) return undefined;
  return digits(text, 0, text.length) < 0 ? undefined : fromEpoch(Number(text));
}

function fromEpoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0 || value > 8_640_000_000_000_000) return undefined;
  return Math.trunc(value < SECONDS_BELOW ? value * MS_PER_SECOND : value);
}

/** The number that stands in [from, to), or -1 when anything else than digits stands there. */
function digits(text: string, from: number, to: number): number {
  if (to > text.length) return -1;
  let number = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return -1;
    number = number * 10 + code - 48;
  }
  return number;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
