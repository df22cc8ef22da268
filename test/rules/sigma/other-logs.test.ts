import { findOtherLogs } from "../../../src/rules/sigma/other-logs.js";
import { ID, load, withSelection } from "./make.js";

const RULE = withSelection("{a: b}");
const withLogsource = (lines: string) =>
  RULE.replace("  product: aws\n  service: cloudtrail\n", lines).replace("title:", "name: a_name\ntitle:");

describe("rules for other logs", () => {
  it.each([
    "  product: windows\n",
    "    category: process_creation\n    product: windows\n",
    "  product: 'windows'\n  service: \"security\" # the channel\n\n  definition: 'x: y'\n",
    "\tproduct: aws\n".replace("\t", "  ") + "  service: guardduty\n",
  ])("are told by their text as by parsing them: %j", (lines) => {
    const text = withLogsource(lines);
    const found = findOtherLogs(text);
    expect(found).toMatchObject({ id: ID, name: "a_name", line: 4, column: 1 });
    // A document marker at the end makes the file one that has to be parsed.
    const parsed = load(`${text}---\n`).diagnostics;
    expect(load(text).diagnostics).toEqual(parsed);
    expect(parsed).toHaveLength(1);
    expect(parsed[0]).toMatchObject({ code: "other-log-type", severity: "info", message: found?.message });
  });

  it.each([
    ["CloudTrail", RULE],
    ["a mapping on one line", withLogsource("").replace("logsource:", "logsource: {product: windows}")],
    ["an alias", withLogsource("  product: *product\n")],
    ["a merge", withLogsource("  <<: *base\n  product: windows\n")],
    ["a quoted key", withLogsource("  'product': windows\n")],
    ["a text over several lines", withLogsource("  definition: |\n    product: windows\n")],
    ["null", withLogsource("  product: null\n  service: cloudtrail\n")],
    ["a part that is there twice", withLogsource("  product: windows\n  product: aws\n")],
    [
      "a logsource that is there twice",
      `${withLogsource("  product: windows\n")}logsource:\n  product: aws\n`,
    ],
    ["several documents", `${withLogsource("  product: windows\n")}---\n${RULE}`],
    ["a filter", withLogsource("  product: windows\n").replace("detection:", "filter:")],
    ["a correlation", `${withLogsource("  product: windows\n")}correlation: {}\n`],
    ["shared parts", `action: global\n${withLogsource("  product: windows\n")}`],
  ])("are left to the parser where the text is not plain: %s", (_, text) => {
    expect(findOtherLogs(text)).toBeUndefined();
  });
});
