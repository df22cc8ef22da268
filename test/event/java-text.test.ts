import type { JsonValue } from "../../src/lib/json.js";
import { toJavaText } from "../../src/event/java-text.js";

describe("toJavaText", () => {
  it("prints maps and lists as Java does", () => {
    const value = { instancesSet: { items: [{ imageId: "ami-1", minCount: 1 }] } };
    expect(toJavaText(value)).toBe("{instancesSet={items=[{imageId=ami-1, minCount=1}]}}");
    expect(toJavaText({ a: [1, "two", [true, false]] })).toBe("{a=[1, two, [true, false]]}");
  });

  it("leaves a string as it is", () => {
    expect(toJavaText("a, {b=c}")).toBe("a, {b=c}");
  });

  it("leaves out what is null or empty at any depth", () => {
    expect(
      toJavaText({ a: null, b: "", c: [], d: {}, e: [null, { f: "" }], g: { h: [""] }, i: 0, j: false }),
    ).toBe("{i=0, j=false}");
    expect(toJavaText({ a: [null, 1, ""] })).toBe("{a=[1]}");
    const hollow: readonly JsonValue[] = [null, "", [], {}, { a: { b: null } }];
    for (const nothing of hollow) expect(toJavaText(nothing)).toBeUndefined();
  });

  // What java.util.HashMap itself printed for these keys, in Java 17.
  it("has keys in the order of a HashMap", () => {
    const names =
      "bucketName Host acl x-amz-acl key versionId prefix maxKeys delimiter marker uploads partNumber location";
    const ordered =
      "bucketName x-amz-acl prefix Host acl uploads versionId maxKeys delimiter marker partNumber location key";
    const text = (keys: string) => toJavaText(Object.fromEntries(keys.split(" ").map((key) => [key, 1])));
    const print = (keys: string) => `{${keys.split(" ").join("=1, ")}=1}`;
    expect(text(names)).toBe(print(ordered));
    expect(text("Aa BB C1 naïve 鍵")).toBe(print("Aa BB 鍵 naïve C1"));
    const numbered = Array.from({ length: 30 }, (_, i) => `n${i}`).join(" ");
    const grown =
      "n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n12 n11 n14 n13 n16 n15 n18 n17 n19 n21 n20 n23 n22 n25 n24 n27 n26 n29 n28";
    expect(text(numbered)).toBe(print(grown));
  });

  it("counts keys that are left out when it sizes the map", () => {
    const kept = { policyArn: 1, roleName: 1, userName: 1, groupName: 1 };
    const dropped = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`nothing${i}`, null]));
    expect(toJavaText(kept)).toBe("{policyArn=1, groupName=1, roleName=1, userName=1}");
    expect(toJavaText({ ...kept, ...dropped })).toBe("{policyArn=1, userName=1, groupName=1, roleName=1}");
  });

  it.each([
    [1, "1"],
    [-20, "-20"],
    [1e21, "1000000000000000000000"],
    [0.5, "0.5"],
    [123456.789, "123456.789"],
    [12345678.9, "1.23456789E7"],
    [0.00012, "1.2E-4"],
    [1e-7, "1.0E-7"],
  ])("prints the number %p as %s", (number, text) => {
    expect(toJavaText({ n: number })).toBe(`{n=${text}}`);
  });
});
