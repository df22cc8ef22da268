/** `npm run test:faults` sets it; without it the suites take seconds. */
export const LONG: boolean = process.env["TRAILTAG_FAULTS"] === "long";

export function shortOrLong<T>(short: T, long: T): T {
  return LONG ? long : short;
}
