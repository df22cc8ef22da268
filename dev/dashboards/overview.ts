import type { DashboardPlan, Metric, Split } from "./types.js";

const EVENTS: Metric = { kind: "count", label: "Events" };
const PRINCIPALS: Metric = { kind: "distinct", field: "actor_user", label: "Principals" };
const RISK: Metric = { kind: "sum", field: "detection.risk_score", label: "Risk" };

const SEVERITY: Split = {
  field: "detection.severity",
  label: "Severity",
  size: 6,
  orderByMax: "event.severity",
};

const TAGGED = "detection.count > 0";

/** What happens in the accounts: all events, and among them those that rules hit. */
export const overview: DashboardPlan = {
  id: "overview",
  title: "TrailTag: overview",
  description: "CloudTrail events and what the rules found in them",
  pattern: "events",
  timeFrom: "now-30d",
  rows: [
    {
      height: 8,
      panels: [
        {
          kind: "text",
          id: "guide",
          title: "Where should I look first?",
          description: "A guide to this page",
          width: 12,
          markdown: [
            "Click a severity, rule or principal to narrow the whole page down to it.",
            "",
            "The alerts raised from these events: [TrailTag: alerts](#/view/trailtag-alerts).",
            "",
            "Empty? Events stand at the time when they happened: look at [the last year](#/view/trailtag-overview?_g=(time:(from:now-1y,to:now))).",
          ].join("\n"),
        },
        {
          kind: "figures",
          id: "activity",
          title: "How much activity is there?",
          description: "Events, and how many accounts, principals and addresses they come from",
          width: 18,
          metrics: [
            EVENTS,
            { kind: "distinct", field: "cloud.account.id", label: "Accounts" },
            PRINCIPALS,
            { kind: "distinct", field: "source.address", label: "Addresses" },
          ],
        },
        {
          kind: "figures",
          id: "tagged",
          title: "How many events are tagged, by severity?",
          description: "Events that at least one rule hit, by their gravest hit",
          width: 18,
          query: TAGGED,
          metrics: [EVENTS],
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
          title: "When do events happen, and how grave are they?",
          description: "All events over time by severity, those that no rule hit included",
          width: 24,
          metric: EVENTS,
          split: { ...SEVERITY, missing: "no detection" },
        },
        {
          kind: "timeline",
          id: "tagged-timeline",
          title: "When do tagged events happen?",
          description: "Events that at least one rule hit, over time by severity",
          width: 24,
          query: TAGGED,
          metric: EVENTS,
          split: SEVERITY,
        },
      ],
    },
    {
      height: 15,
      panels: [
        {
          kind: "table",
          id: "rules",
          title: "Which rules fire most?",
          description: "Rules by the events that they hit",
          width: 24,
          metrics: [EVENTS, PRINCIPALS],
          by: [{ field: "rule.name", label: "Rule" }],
        },
        {
          kind: "share",
          id: "tactics",
          title: "Which ATT&CK tactics are seen?",
          description: "Tactics of the rules that hit; an event may have several",
          width: 24,
          by: { field: "threat.tactic.name", label: "Tactic", size: 15 },
        },
      ],
    },
    {
      height: 15,
      panels: [
        {
          kind: "table",
          id: "techniques",
          title: "Which ATT&CK techniques are seen?",
          description: "Techniques of the rules that hit, by name; an event may have several",
          width: 16,
          metrics: [EVENTS],
          by: [{ field: "threat.technique.name", label: "Technique" }],
        },
        {
          kind: "table",
          id: "technique-ids",
          title: "Which ATT&CK technique ids are seen?",
          description: "The same techniques by the id that searches use",
          width: 16,
          metrics: [EVENTS],
          by: [{ field: "threat.technique.id", label: "Technique id" }],
        },
        {
          kind: "table",
          id: "errors",
          title: "What is refused, and why?",
          description: "Error codes of the calls that failed",
          width: 16,
          metrics: [EVENTS, PRINCIPALS],
          by: [{ field: "errorCode", label: "Error code" }],
        },
      ],
    },
    {
      height: 15,
      panels: [
        {
          kind: "table",
          id: "principals",
          title: "Who acts, and at what risk?",
          description: "Principals by events; risk is the sum of the events' risk scores",
          width: 16,
          metrics: [EVENTS, RISK],
          by: [{ field: "actor_user", label: "Principal" }],
        },
        {
          kind: "table",
          id: "addresses",
          title: "Where do calls come from?",
          description: "Source addresses, AWS services included; risk is the sum of the events' risk scores",
          width: 16,
          metrics: [EVENTS, RISK],
          by: [{ field: "source.address", label: "Address" }],
        },
        {
          kind: "table",
          id: "accounts",
          title: "Which accounts are busiest?",
          description: "Accounts by events; risk is the sum of the events' risk scores",
          width: 16,
          metrics: [EVENTS, RISK],
          by: [{ field: "cloud.account.id", label: "Account" }],
        },
      ],
    },
    {
      height: 15,
      panels: [
        {
          kind: "share",
          id: "regions",
          title: "In which regions?",
          description: "Regions by events",
          width: 16,
          by: { field: "cloud.region", label: "Region" },
        },
        {
          kind: "table",
          id: "services",
          title: "Which services are called?",
          description: "Event sources by events",
          width: 16,
          metrics: [EVENTS, PRINCIPALS],
          by: [{ field: "eventSource", label: "Service" }],
        },
        {
          kind: "cloud",
          id: "calls",
          title: "Which calls are made?",
          description: "Event names by events",
          width: 16,
          by: { field: "eventName", label: "Call", size: 30 },
        },
      ],
    },
    {
      height: 20,
      panels: [
        {
          kind: "list",
          id: "tagged-events",
          title: "Which events did rules hit?",
          description: "Tagged events, the newest first",
          width: 48,
          query: TAGGED,
          columns: [
            "detection.severity",
            "rule.name",
            "threat.technique.id",
            "eventName",
            "actor_user",
            "source.address",
            "cloud.account.id",
            "cloud.region",
            "errorCode",
          ],
        },
      ],
    },
  ],
};
