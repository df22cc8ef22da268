import { isIPv4, isIPv6 } from "node:net";
import { PRIVATE_RANGES, type IpFamily } from "../../rules/expression.js";

/** Whether the text is an address of the family. */
export function isAddress(text: string, family: IpFamily): boolean {
  const bits = toBits(text);
  if (bits === undefined) return false;
  if (family === "v4") return bits.length === 32;
  if (family === "v6") return bits.length === 128;
  const inPrivate = PRIVATE_RANGES.some((range) => isInRange(text, range));
  return family === "any" || (family === "private") === inPrivate;
}

/** Whether the text is an address in `address/length`, or the one address. */
export function isInRange(text: string, range: string): boolean {
  const [first = "", length, ...more] = range.split("/");
  const bits = toBits(text);
  const start = toBits(first);
  if (bits === undefined || start === undefined || bits.length !== start.length || more.length > 0)
    return false;
  if (length === undefined) return bits === start;
  // Written as IPv6, a mapped range counts 96 bits more.
  const wanted = Number(length) - (start.length === 32 && isIPv6(first) ? 96 : 0);
  if (String(Number(length)) !== length || wanted < 0 || wanted > start.length) return false;
  return bits.slice(0, wanted) === start.slice(0, wanted);
}

/** 32 or 128 digits, 0 or 1; undefined when the text is no address. */
function toBits(text: string): string | undefined {
  if (isIPv4(text)) return text.split(".").map(byte).join("");
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const dotted = /[\d.]*\.[\d.]*$/.exec(text)?.[0];
  const tail = dotted === undefined ? [] : ((toBits(dotted) ?? "").match(/.{16}/g) ?? []);
  const rest = dotted === undefined ? text : text.slice(0, -dotted.length).replace(/([^:]):$/, "$1");
  const [left = "", right] = rest.split("::");
  const head = left.split(":").filter(Boolean).map(group);
  const end = [...(right ?? "").split(":").filter(Boolean).map(group), ...tail];
  const bits =
    right === undefined
      ? [...head, ...end].join("")
      : head.join("").padEnd(128 - end.length * 16, "0") + end.join("");
  const mapped = "0".repeat(80) + "1".repeat(16);
  return bits.startsWith(mapped) ? bits.slice(96) : bits;
}

function byte(text: string): string {
  return Number(text).toString(2).padStart(8, "0");
}

function group(text: string): string {
  return Number.parseInt(text, 16).toString(2).padStart(16, "0");
}
