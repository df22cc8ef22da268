import { isIP } from "node:net";

const ZERO = 48;
const NINE = 57;

/** Whether a text is an IPv4 or IPv6 address; CloudTrail often has a service's name where an address is meant. */
export function isIpAddress(text: string): boolean {
  const first = text.charCodeAt(0);
  // Cheap look before the real check: names start with a letter and have no colon.
  return ((first >= ZERO && first <= NINE) || text.includes(":")) && isIP(text) !== 0;
}
