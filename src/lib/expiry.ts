const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;

/**
 * When something expires, ms since the epoch: the end of a day in UTC (`2027-01-31`), or a moment with its zone
 * (`2027-01-31T12:00:00Z`). Undefined for any other text, and for days that no calendar has.
 */
export function parseExpiry(text: string): number | undefined {
  const day = DATE.test(text) ? text : DATE_TIME.exec(text)?.[1];
  if (day === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The platform takes 30 February for 2 March.
  if (!Number.isFinite(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  if (day === text) return midnight + DAY_MS;
  const moment = Date.parse(text);
  return Number.isFinite(moment) ? moment : undefined;
}
