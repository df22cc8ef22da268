import type { DashboardPlan, Metric, Split } from "./types.js";

const ALERTS: Metric = { kind: "count", label: "Alerts" };
const EVENTS: Metric = { kind: "sum", field: "alert.count", label: "Events" };

const SEVERITY: Split = {
  field: "alert.severity",
  label: "Severity",
  size: 5,
  orderByMax: "alert.risk_score",
};

const OPEN = 'alert.status: "open"';

/** What needs a look: alerts by severity and state, and whom and what they concern. */
export const alerts: DashboardPlan = {
  id: "alerts",
  title: "TrailTag: alerts",
  description: "Alerts raised by the rules, and whom and what they concern",
  pattern: "alerts",
  timeFrom: "now-30d",
  rows: [
    {
      height: 8,
      panels: [
        {
          kind: "text",
          id: "guide",
          title: "What is an alert here?",
          description: "A guide to this page",
          width: 12,
          markdown: [
            "One rule, one subject, one window of time: however often the rule hit, it is one alert.",
            "",
            "Click a severity, rule or user to narrow the page down to it.",
            "",
            "The events behind them: [TrailTag: overview](#/view/trailtag-overview).",
            "",
            "Empty? Look at [the last year](#/view/trailtag-alerts?_g=(time:(from:now-1y,to:now))).",
          ].join("\n"),
        },
        {
          kind: "figures",
          id: "open",
          title: "How many alerts are open, by severity?",
          description: "Alerts that nobody has acknowledged or closed",
          width: 36,
          query: OPEN,
          metrics: [ALERTS],
          by: SEVERITY,
        },
      ],
    },
    {
      height: 13,
      panels: [
        {
          kind: "timeline",
          id: "timeline",
          title: "When are alerts raised, and how grave are they?",
          description: "Alerts by the start of their window and by severity",
          width: 32,
          metric: ALERTS,
          split: SEVERITY,
        },
        {
          kind: "share",
          id: "states",
          title: "How many are still to be looked at?",
          description: "Alerts by state: open, acknowledged, closed",
          width: 16,
          by: { field: "alert.status", label: "State", size: 5 },
        },
      ],
    },
    {
      height: 15,
      panels: [
        {
          kind: "table",
          id: "rules",
          title: "Which rules raise most alerts?",
          description: "Rules by alerts, and the events behind them",
          width: 24,
          metrics: [ALERTS, EVENTS],
          by: [{ field: "rule.name", label: "Rule" }],
        },
        {
          kind: "table",
          id: "techniques",
          title: "Which ATT&CK techniques do alerts point to?",
          description: "Techniques by alerts; an alert may have several",
          width: 12,
          metrics: [ALERTS],
          by: [{ field: "threat.technique.name", label: "Technique" }],
        },
        {
          kind: "share",
          id: "tactics",
          title: "Which ATT&CK tactics do alerts point to?",
          description: "Tactics by alerts; an alert may have several",
          width: 12,
          by: { field: "threat.tactic.name", label: "Tactic", size: 15 },
        },
      ],
    },
    {
      height: 15,
      panels: [
        {
          kind: "table",
          id: "users",
          title: "Which users do alerts concern?",
          description: "Users by alerts, and the events behind them",
          width: 12,
          metrics: [ALERTS, EVENTS],
          by: [{ field: "related.user", label: "User" }],
        },
        {
          kind: "table",
          id: "entities",
          title: "What else do alerts concern?",
          description: "Users, roles, addresses, keys, buckets, instances and hosts named in alerts",
          width: 12,
          metrics: [ALERTS],
          by: [{ field: "entities.id", label: "Entity" }],
        },
        {
          kind: "table",
          id: "addresses",
          title: "Which addresses do alerts concern?",
          description: "IP addresses by alerts",
          width: 12,
          metrics: [ALERTS],
          by: [{ field: "related.ip", label: "Address" }],
        },
        {
          kind: "table",
          id: "accounts",
          title: "Which accounts do alerts concern?",
          description: "Accounts by alerts, and the events behind them",
          width: 12,
          metrics: [ALERTS, EVENTS],
          by: [{ field: "cloud.account.id", label: "Account" }],
        },
      ],
    },
    {
      height: 20,
      panels: [
        {
          kind: "list",
          id: "list",
          title: "Which alerts are there?",
          description: "Alerts, the newest window first",
          width: 48,
          columns: [
            "alert.severity",
            "alert.title",
            "rule.name",
            "alert.status",
            "alert.count",
            "alert.last_seen",
            "related.user",
            "cloud.account.id",
          ],
        },
      ],
    },
  ],
};
