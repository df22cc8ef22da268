import { isIP } from "node:net";

/** `::ffff:` and an IPv4 address, as URLs write it. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/u;

/** An IP address in the form that OpenSearch gives back: short, in lower case, without a zone. Undefined for no address. */
export function toAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 4) return text;
  if (version === 0) return undefined;
  const [address = ""] = text.split("%");
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(short);
  if (mapped === null) return short;
  const number = (Number.parseInt(mapped[1] ?? "", 16) << 16) | Number.parseInt(mapped[2] ?? "", 16);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

/** Sorts as OpenSearch sorts addresses: by their 16 bytes, an IPv4 address after `::ffff:`. */
export function addressKey(address: string): string {
  if (!address.includes(":")) {
    return `${"0".repeat(20)}ffff${address
      .split(".")
      .map((byte) => hex(Number(byte), 2))
      .join("")}`;
  }
  const [head = "", tail] = address.split("::");
  const groups = (part: string | undefined): string[] =>
    part === undefined || part === "" ? [] : part.split(":").map((group) => group.padStart(4, "0"));
  const [left, right] = [groups(head), groups(tail)];
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0000");
  return [...left, ...zeros, ...right].join("");
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
