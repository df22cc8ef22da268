import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { compileIpRanges, parseIpAddress, parseIpRange } from "../../src/lib/ip-range.js";

const inRanges = (ranges: readonly string[], text: string): boolean => {
  const address = parseIpAddress(text);
  return address !== undefined && compileIpRanges(ranges)(address);
};

describe("parseIpAddress", () => {
  it.each([
    "10.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "2001:db8::1",
    "1:2:3:4:5:6:7:8",
    "::1.2.3.4",
  ])("takes %s", (text) => {
    expect(parseIpAddress(text)).toBeDefined();
  });

  it.each([
    "",
    "10.0.0",
    "10.0.0.0.1",
    "10.0.0.256",
    "01.0.0.1",
    "10..0.1",
    "1.2.3.4 ",
    "::1%lo",
    "ec2.amazonaws.com",
    "1",
  ])("refuses %j", (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  it("takes an IPv4 address mapped into IPv6 for IPv4", () => {
    expect(parseIpAddress("::ffff:10.0.0.1")).toEqual(parseIpAddress("10.0.0.1"));
    expect(parseIpAddress("::ffff:a00:1")).toEqual(parseIpAddress("10.0.0.1"));
  });

  it("takes what Node takes for an address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string({ maxLength: 12 })), (text) => {
        expect(parseIpAddress(text) !== undefined).toBe(
          isIPv4(text) || (isIPv6(text) && !text.includes("%")),
        );
      }),
      { seed: 20_260_102 },
    );
  });
});

describe("ranges", () => {
  it.each<[string, string[], string[]]>([
    [
      "10.0.0.0/8",
      ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
      ["11.0.0.0", "9.255.255.255", "::a00:1"],
    ],
    ["10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]],
    ["192.0.2.7", ["192.0.2.7"], ["192.0.2.6"]],
    ["0.0.0.0/0", ["1.2.3.4"], ["::1"]],
    ["128.0.0.0/1", ["255.0.0.1"], ["127.255.255.255"]],
    ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::1", "10.0.0.1"]],
    ["::/0", ["::1", "2001:db8::1"], ["1.2.3.4", "::ffff:1.2.3.4"]],
    ["::ffff:10.0.0.0/104", ["10.200.0.1"], ["11.0.0.1"]],
  ])("%s", (range, inside, outside) => {
    for (const text of inside) expect([text, inRanges([range], text)]).toEqual([text, true]);
    for (const text of outside) expect([text, inRanges([range], text)]).toEqual([text, false]);
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "::/129",
    "::ffff:1.2.3.4/95",
    "x/8",
  ])("refuses %s", (text) => {
    expect(parseIpRange(text)).toBeUndefined();
  });
});
