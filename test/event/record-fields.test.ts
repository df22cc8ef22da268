import { fieldKind, RECORD_FIELD_PATHS } from "../../src/event/record-fields.js";

describe("fields of CloudTrail records", () => {
  it.each([
    ["eventName", "scalar"],
    ["userIdentity", "part"],
    ["userIdentity.sessionContext.sessionIssuer.arn", "scalar"],
    ["requestParameters", "free"],
    ["requestParameters.a.b", "free"],
    ["resources", "many"],
    ["resources.ARN", "many"],
    ["eventName.length", undefined],
    ["eventname", undefined],
    ["constructor", undefined],
    ["userIdentity.__proto__", undefined],
  ])("%s is %s", (path, kind) => {
    expect(fieldKind(path.split("."))).toBe(kind);
  });

  it("are listed with their whole paths, each of which is known", () => {
    expect(RECORD_FIELD_PATHS).toEqual(
      expect.arrayContaining(["eventName", "resources.ARN", "tlsDetails.tlsVersion"]),
    );
    for (const path of RECORD_FIELD_PATHS) expect(fieldKind(path.split("."))).toBeDefined();
    expect(new Set(RECORD_FIELD_PATHS).size).toBe(RECORD_FIELD_PATHS.length);
  });
});
