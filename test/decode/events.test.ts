import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parseEventsBody, readEvents } from "../../src/decode/events.js";
import { cuts, readCut } from "./cuts.js";
import { bytes, LIMITS, record, summary } from "./samples.js";

const A = JSON.stringify(record("a"));
const B = JSON.stringify(record("b"));
const SUBSCRIPTION = { messageType: "DATA_MESSAGE", logEvents: [{ message: A }, { message: B }] };

function units(body: string | Uint8Array, options = {}) {
  return [
    ...parseEventsBody(typeof body === "string" ? bytes(body) : body, "application/json", LIMITS, options),
  ];
}

describe("parseEventsBody", () => {
  test.each([
    ["an object", A, ["a"]],
    ["a pretty-printed object", JSON.stringify(record("a"), null, 2), ["a"]],
    ["an array", ` [${A},\n${B}]`, ["a", "b"]],
    ["NDJSON", `${A}\n${B}\n`, ["a", "b"]],
    ["glued objects", A + B, ["a", "b"]],
    ["Records", `\ufeff{"Records":[${A},${B}]}`, ["a", "b"]],
    ["EventBridge", `{"detail-type":"x","detail":${A}}`, ["a"]],
    ["a CloudWatch Logs subscription", JSON.stringify(SUBSCRIPTION), ["a", "b"]],
    [
      "unlabelled gzip of files, one after another",
      Buffer.concat([gzipSync(`{"Records":[${A}]}`), gzipSync(B)]),
      ["a", "b"],
    ],
    ["nothing", "", ["skipped:empty"]],
    ["white space", " \n", ["skipped:empty"]],
    [
      "good and bad lines",
      `42\n${A}\n{"cut\n${B}\n{}`,
      ["dead:not_an_object", "a", "dead:invalid_json", "b", "dead:not_cloudtrail"],
    ],
    ["text", "hello", ["dead:invalid_json"]],
  ])("%s", (_what, body, expected) => {
    expect(summary(units(body))).toEqual(expected);
  });

  test("an array of 400,000 numbers is few dead letters, which hold all of them", () => {
    const numbers = Array.from({ length: 400_000 }, (_, i) => i);
    const found = units(JSON.stringify(numbers));
    expect(found.length).toBeLessThan(50);
    expect(new Set(summary(found))).toEqual(new Set(["dead:not_an_object"]));
    const kept = found.flatMap((unit) => (unit.kind === "dead" ? [Buffer.from(unit.raw).toString()] : []));
    expect(kept.join(",").split(",").map(Number)).toEqual(numbers);
  });

  test("property: the units do not depend on where the body is cut", () => {
    const part = fc.constantFrom(
      A,
      B,
      `{"Records":[`,
      "]}",
      ",",
      "\n",
      "[",
      "]",
      '{"cut',
      "7",
      "{}",
      '{"detail":',
      "}",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), cuts, (parts, lengths) => {
        const input = bytes(parts.join(""));
        const cut = readCut(input, lengths, (window) => readEvents(window, LIMITS));
        expect(cut).toEqual(units(input));
      }),
      { numRuns: 1000 },
    );
  });

  test("items are numbered by element", () => {
    expect(units(`[${A},${JSON.stringify(SUBSCRIPTION)}]${B}`).map((unit) => unit.item)).toEqual([
      0, 1, 1, 2,
    ]);
  });

  test("gzip that is damaged, or inflates past the limit, is one dead letter with its bytes", () => {
    const cut = gzipSync(A).subarray(0, -9);
    expect(units(cut)).toMatchObject([{ kind: "dead", reason: { code: "bad_wrapper" }, raw: cut }]);
    const bomb = gzipSync(Buffer.alloc(1_000_000, 0x20));
    expect(units(bomb, { maxInflatedBytes: 1000 })).toMatchObject([
      { reason: { code: "bad_wrapper", message: expect.stringContaining("more than 1000 bytes") } },
    ]);
    expect(summary(units(bomb, { maxInflatedBytes: 1_000_000 }))).toEqual(["skipped:empty"]);
  });

  test("property: any bytes give units and never an error", () => {
    const damaged = fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([at, byte]) => {
      const copy = gzipSync(A + B);
      copy[at % copy.length] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), damaged), (input) => {
        expect(units(input).length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
