import { parseEventsBody } from "../../src/decode/events.js";
import { LIMITS, record } from "./samples.js";

const [A, B, C] = [record("a"), record("b"), record("c")];
const text = JSON.stringify;

/** Event ids of the records, reasons of everything else, in order. */
function outcome(body: string): unknown[] {
  return [...parseEventsBody(Buffer.from(body), "application/json", LIMITS)].map((unit) => {
    if (unit.kind === "record") return unit.record.value["eventID"];
    return unit.kind === "dead" ? unit.reason.code : unit.reason;
  });
}

describe("a wrapper that holds more than one record", () => {
  test.each([
    ["Records twice", `{"Records":[${text(A)}],"Records":[${text(B)}]}`, ["a", "b"]],
    ["Records, then others", text({ Records: [A], detail: B, message: text(C) }), ["a", "b", "c"]],
    ["others, then Records", text({ detail: B, Records: [A] }), ["a", "b"]],
    ["two carriers", text({ detail: A, message: text(B) }), ["a", "b"]],
    ["the same record twice", text({ message: text(A), event: { original: text(A) } }), ["a"]],
    [
      "the same record in another order",
      text({ detail: A, message: text(Object.fromEntries(Object.entries(A).reverse())) }),
      ["a"],
    ],
    [
      "a control message with records",
      text({ messageType: "CONTROL_MESSAGE", logEvents: [], Records: [A] }),
      ["a"],
    ],
    ["a digest with records", text({ digestStartTime: "x", logFiles: [], Records: [A] }), ["a"]],
    ["members that are no records", text({ Records: [A], host: "h", tags: ["t"] }), ["a"]],
    ["an empty Records beside a record", text({ Records: [], detail: A }), ["empty", "a"]],
    ["a carrier twice", `{"detail":${text(A)},"detail":${text(B)}}`, ["b", "bad_wrapper"]],
  ])("%s: loses none", (_name, body, expected) => {
    expect(outcome(body)).toEqual(expected);
  });

  test.each([
    [
      "a control message",
      { messageType: "CONTROL_MESSAGE", logEvents: [{ message: "CWL CONTROL MESSAGE" }] },
      ["control_message"],
    ],
    ["a digest", { digestStartTime: "x", logFiles: [], digestS3Object: "y" }, ["digest"]],
    ["nothing", { message: "hello", host: "h" }, ["not_cloudtrail"]],
  ])("%s is still what it was", (_name, body, expected) => {
    expect(outcome(text(body))).toEqual(expected);
  });
});
