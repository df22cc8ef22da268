import { compileIpRanges, parseIpAddress, type IpAddress } from "../lib/ip-range.js";
import { PRIVATE_RANGES, type IpFamily } from "../rules/expression.js";

/** Compiles a test for an IP address of a kind. */
export function compileIpFamily(family: IpFamily): (text: string) => boolean {
  const accept = FAMILIES[family];
  return (text) => {
    const address = parseIpAddress(text);
    return address !== undefined && accept(address);
  };
}

const isPrivate = compileIpRanges(PRIVATE_RANGES);

const FAMILIES = {
  any: () => true,
  v4: (address) => address.family === 4,
  v6: (address) => address.family === 6,
  public: (address) => !isPrivate(address),
  private: isPrivate,
} satisfies Record<IpFamily, (address: IpAddress) => boolean>;
