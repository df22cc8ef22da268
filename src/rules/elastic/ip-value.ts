import { isIP } from "node:net";

export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** `10.0.0.0/8`, `2001:db8::/32`. */
export function isIpRange(text: string): boolean {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}
