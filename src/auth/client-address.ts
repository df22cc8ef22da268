import { compileIpRanges, parseIpAddress } from "../lib/ip-range.js";

export interface ClientAddress {
  /** For people: `192.0.2.1`, `2001:db8::1`. */
  readonly text: string;
  /** By which failures are counted: whoever has an IPv6 network has all addresses of it. */
  readonly key: string;
}

const UNKNOWN: ClientAddress = { text: "unknown", key: "unknown" };

/**
 * Whose request it is: the other end of the connection, or, where that is a trusted proxy, the last address of
 * X-Forwarded-For that no trusted proxy has. What stands before that one anybody may have written.
 *
 * @param trustedProxies ranges such as 10.0.0.0/8
 */
export function createClientAddress(
  trustedProxies: readonly string[],
): (remote: string | undefined, forwarded: string | undefined) => ClientAddress {
  const isTrusted = compileIpRanges(trustedProxies);
  return (remote, forwarded) => {
    let client = remote === undefined ? UNKNOWN : toClientAddress(remote);
    if (client === undefined) return UNKNOWN;
    const hops = (forwarded ?? "").split(",");
    for (let hop = hops.pop(); hop !== undefined; hop = hops.pop()) {
      const address = parseIpAddress(client.text);
      if (address === undefined || !isTrusted(address)) break;
      const before = toClientAddress(hop.trim());
      if (before === undefined) break;
      client = before;
    }
    return client;
  };
}

/** Bears a port, brackets and a zone, which proxies and platforms add. */
function toClientAddress(text: string): ClientAddress | undefined {
  const bare = text
    .replace(/^\[([^\]]+)\](?::\d+)?$/, "$1")
    .replace(/^([\d.]+):\d+$/, "$1")
    .replace(/%.*$/, "");
  const address = parseIpAddress(bare);
  if (address === undefined) return undefined;
  const { family, words } = address;
  if (family === 4) {
    const [word = 0] = words;
    const dotted = [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join(".");
    return { text: dotted, key: dotted };
  }
  const network = words
    .slice(0, 2)
    .flatMap((word) => [word >>> 16, word & 0xffff])
    .map((group) => group.toString(16));
  return { text: bare, key: `${network.join(":")}::/64` };
}
