import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/lib/json.js";

/** Folders of rules, lists and exceptions of a test's own, and the configuration that names them. */
export interface RuleFiles {
  readonly config: JsonObject;
  /** Writes a file, `rules/a.yml` for example; gives its path. */
  write(file: string, text: string): string;
  remove(file: string): void;
  clear(): void;
}

export function createRuleFiles(): RuleFiles {
  const root = mkdtempSync(join(tmpdir(), "trailtag-rule-files-"));
  const paths = (folder: string): string[] => {
    mkdirSync(join(root, folder));
    return [join(root, folder)];
  };
  return {
    config: {
      rules: { paths: paths("rules"), bundled: false },
      lists: { paths: paths("lists") },
      exceptions: { paths: paths("exceptions") },
    },
    write(file, text) {
      writeFileSync(join(root, file), text);
      return join(root, file);
    },
    remove: (file) => rmSync(join(root, file)),
    clear: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A Panther rule that holds for events of this name; `more` is further lines of YAML. */
export function ruleFor(id: string, eventName: string, more = ""): string {
  return `AnalysisType: rule
RuleID: ${id}
DisplayName: ${id}
Enabled: true
LogTypes: [AWS.CloudTrail]
Severity: High
Detection:
  - {Key: eventName, Condition: Equals, Value: ${eventName}}
${more}`;
}
