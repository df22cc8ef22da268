import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { createMetrics } from "../../src/telemetry/metrics.js";
import { commandPath } from "../harness/requirements.js";
import { COMMON_LABELS, groupedBy, metricsIn } from "./promql.js";
import { ROOT } from "./read-unit.js";

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const groups: { name: string; rules: AlertRule[] }[] = parse(text("deploy/prometheus/alerts.yml")).groups;
const rules = groups.flatMap((group) => group.rules);
const tests: { rule_files: string[]; tests: any[] } = parse(text("deploy/prometheus/tests.yml"));
const dashboard = JSON.parse(text("deploy/grafana/trailtag.json"));

/** Name to labels, from the table. */
const documented = new Map(
  [...text("docs/reference/metrics.md").matchAll(/^\| `(trailtag_\w+)` \|([^|]*)\|/gm)].map((match) => [
    match[1]!,
    match[2]!
      .split(",")
      .map((label) => label.trim())
      .filter((label) => label !== ""),
  ]),
);

let exposed: Set<string>;
beforeAll(async () => {
  const { text: all } = await createMetrics().expose();
  exposed = new Set([...all.matchAll(/^# HELP (\w+)/gm)].map((match) => match[1]!));
});

function expectKnown(expression: string): void {
  const names = metricsIn(expression);
  const labels = new Set(COMMON_LABELS);
  for (const { metric, labels: asked } of names) {
    const known = [metric, metric.replace(/_(bucket|sum|count)$/, "")].find((name) => exposed.has(name));
    expect([metric, known]).not.toEqual([metric, undefined]);
    if (known!.startsWith("trailtag_")) expect([...documented.keys()]).toContain(known);
    for (const label of documented.get(known!) ?? []) labels.add(label);
    for (const label of asked) expect([...labels, metric]).toContain(label);
  }
  for (const label of groupedBy(expression)) expect([...labels]).toContain(label);
}

describe("the alert rules", () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))("%s is complete", (_, rule) => {
    expect(rule.alert).toMatch(/^TrailTag[A-Z]/);
    expect(["critical", "warning", "info"]).toContain(rule.labels.severity);
    expect(rule.annotations.summary).toMatch(/\.$/);
    expect(rule.annotations.runbook_url).toBe(`docs/operating.md#${rule.alert.toLowerCase()}`);
    expectKnown(rule.expr);
    if (rule.expr.includes("up{")) return;
    expect(metricsIn(rule.expr).length).toBeGreaterThan(0);
  });

  it("have each a heading in docs/operating.md, and the reverse", () => {
    const headings = [...text("docs/operating.md").matchAll(/^### (TrailTag\w+)$/gm)].map(
      (match) => match[1]!,
    );
    expect(headings.sort()).toEqual(rules.map((rule) => rule.alert).sort());
  });

  it("are each seen to fire in the tests", () => {
    expect(tests.rule_files).toEqual(["alerts.yml"]);
    const samples = JSON.stringify(tests.tests.flatMap((test) => test.promql_expr_test));
    expect(rules.map((rule) => rule.alert).filter((name) => !samples.includes(`\\"${name}\\"`))).toEqual([]);
    for (const { input_series } of tests.tests) {
      for (const { series } of input_series) {
        if (!/^(up\{|unrelated)/.test(series)) expectKnown(series);
      }
    }
  });

  // Where it is installed; what is above holds everywhere.
  const promtool = commandPath("promtool");
  if (promtool !== undefined) {
    it("pass promtool, with their tests", () => {
      const folder = join(ROOT, "deploy/prometheus");
      execFileSync(promtool, ["check", "rules", join(folder, "alerts.yml")], { stdio: "pipe" });
      execFileSync(promtool, ["test", "rules", join(folder, "tests.yml")], { stdio: "pipe" });
    });
  }
});

describe("the dashboard", () => {
  const panels: any[] = dashboard.panels;
  const charts = panels.filter((panel) => panel.type !== "row");

  it("asks only for metrics and labels that there are", () => {
    expect(charts.length).toBeGreaterThan(20);
    for (const { expr } of charts.flatMap((panel) => panel.targets)) {
      expect(metricsIn(expr).length).toBeGreaterThan(0);
      expectKnown(expr);
    }
  });

  it("names labels in its legends that the expression leaves", () => {
    for (const { expr, legendFormat } of charts.flatMap((panel) => panel.targets)) {
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        const grouped = groupedBy(expr);
        expect(grouped.length === 0 ? ["instance"] : grouped).toContain(label);
      }
    }
  });

  it("takes its data source, job and replicas from variables", () => {
    const names = dashboard.templating.list.map((variable: any) => variable.name);
    expect(names).toEqual(["datasource", "job", "instance"]);
    for (const panel of charts) {
      expect(panel.datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
      for (const { expr } of panel.targets) expect(expr).toMatch(/job="\$job", instance=~"\$instance"/);
    }
  });

  it("has no two panels in one place", () => {
    expect(new Set(panels.map((panel) => panel.id)).size).toBe(panels.length);
    const cells = new Set<string>();
    for (const { gridPos, title } of panels as Panel[]) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, cells.has(`${x},${y}`)]).toEqual([title, false]);
          cells.add(`${x},${y}`);
        }
      }
    }
  });
});
