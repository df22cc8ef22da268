import * as fc from "fast-check";
import { parseListValue } from "../../../src/rules/lists/list-value.js";

const any = { kind: "any" } as const;
const one = { kind: "one" } as const;
const text = (part: string) => ({ kind: "text", text: part }) as const;

test.each([
  ["deploy", { kind: "value", value: "deploy" }],
  ["deploy-*", { kind: "pattern", pattern: [text("deploy-"), any] }],
  ["*/?x**y", { kind: "pattern", pattern: [any, text("/"), one, text("x"), any, text("y")] }],
  ["\\*", { kind: "value", value: "*" }],
  ["what\\?*", { kind: "pattern", pattern: [text("what?"), any] }],
  ["C:\\Windows", { kind: "value", value: "C:\\Windows" }],
  ["a\\\\b", { kind: "value", value: "a\\b" }],
  ["a\\\\*", { kind: "pattern", pattern: [text("a\\"), any] }],
  ["ends\\", { kind: "value", value: "ends\\" }],
  ["10.0.0.0/8", { kind: "range", range: "10.0.0.0/8" }],
  ["10.0.0.1", { kind: "range", range: "10.0.0.1" }],
  ["2001:db8::/32", { kind: "range", range: "2001:db8::/32" }],
  ["::1", { kind: "range", range: "::1" }],
  ["::ffff:10.0.0.1", { kind: "range", range: "::ffff:10.0.0.1" }],
  ["10.0.0.0/33", { kind: "bad_range" }],
  ["10.0.0.0/", { kind: "bad_range" }],
  ["10.0.0.0/255.0.0.0", { kind: "bad_range" }],
  ["10.0.0/8", { kind: "bad_range" }],
  ["300.1.2.3", { kind: "bad_range" }],
  ["2001:db8::/129", { kind: "bad_range" }],
  ["2001:db8:::1", { kind: "bad_range" }],
  ["10.0.*", { kind: "pattern", pattern: [text("10.0."), any] }],
  ["aws-cli/2.17", { kind: "value", value: "aws-cli/2.17" }],
  ["2.17.32", { kind: "value", value: "2.17.32" }],
  ["arn:aws:iam::111122223333:root", { kind: "value", value: "arn:aws:iam::111122223333:root" }],
  ["111122223333", { kind: "value", value: "111122223333" }],
  ["s3.amazonaws.com", { kind: "value", value: "s3.amazonaws.com" }],
])("%s", (written, parsed) => {
  expect(parseListValue(written)).toEqual(parsed);
});

test("any text can be said: escaped, it is that text", () => {
  fc.assert(
    fc.property(fc.string(), (written) => {
      const escaped = written.replace(/[\\*?]/g, "\\$&");
      const parsed = parseListValue(escaped);
      if (parsed.kind === "value") expect(parsed.value).toBe(written);
      else expect(["range", "bad_range"]).toContain(parsed.kind);
    }),
  );
});
