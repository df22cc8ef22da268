import { parseUserAgent } from "../../src/event/user-agent.js";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15";

describe("parseUserAgent", () => {
  it.each([
    [
      "aws-cli/2.13.5 Python/3.11.4 Linux/5.10.1 exe/x86_64 prompt/off",
      "aws-cli",
      "2.13.5",
      "Linux",
      "5.10.1",
    ],
    ["Boto3/1.28.1 md/Botocore#1.31.1 os/linux#6.1 Botocore/1.31.1", "Boto3", "1.28.1", "Linux", "6.1"],
    ["aws-sdk-go/1.44.0 (go1.19; darwin; amd64)", "aws-sdk-go", "1.44.0", undefined, undefined],
    ["aws-sdk-java/2.20.0 Mac_OS_X/13.1", "aws-sdk-java", "2.20.0", undefined, undefined],
    [CHROME, "Chrome", "120.0.0.0", "Windows", "10.0"],
    [`${CHROME} Edg/120.0.1`, "Edge", "120.0.1", "Windows", "10.0"],
    [`${CHROME} OPR/106.0`, "Opera", "106.0", "Windows", "10.0"],
    [SAFARI, "Safari", "17.1", "Mac OS X", "10.15.7"],
    [
      "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
      "Firefox",
      "120.0",
      "Linux",
      undefined,
    ],
    ["curl/8.1.2", "curl", "8.1.2", undefined, undefined],
    ["cloudformation.amazonaws.com", "Other", undefined, undefined, undefined],
    ["", "Other", undefined, undefined, undefined],
  ])("reads %s", (text, name, version, osName, osVersion) => {
    expect(parseUserAgent(text)).toMatchObject({ name, version, osName, osVersion });
  });

  it("names devices", () => {
    expect(parseUserAgent(SAFARI).device).toBe("Mac");
    expect(parseUserAgent("aws-cli/1.16 Python/3 Linux/4.9 botocore/1.12").device).toBe("Spider");
    expect(parseUserAgent("curl/8").device).toBe("Other");
  });

  it("takes no longer for what somebody made long", () => {
    const started = performance.now();
    for (const part of ["iPhone ", "Version/1 ", "aws-cli/", "Linux "])
      parseUserAgent(part.repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
