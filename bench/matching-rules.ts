import { createRandom, type Random } from "../dev/sample/random.js";
import { ACCOUNTS, REGIONS } from "./matching-records.js";
import { SERVICES, type ServiceCalls } from "./matching-services.js";

/** A rule's file: name and text. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

/** What every format can say; `values` are alternatives. */
interface Clause {
  readonly field: string;
  readonly how: "equals" | "contains" | "starts" | "ends" | "cidr" | "exists";
  readonly values: readonly string[];
  readonly negated?: boolean;
}

const WRITERS = { sigma: toSigma, panther: toPanther, elastic: toElastic } as const;
const FORMATS = ["sigma", "sigma", "panther", "panther", "elastic"] as const;

/**
 * Rules in the three formats, in the proportion 2:2:1, shaped like published ones: a service, one to four of its calls,
 * and something rarer; one in twenty names no call, one in a hundred neither call nor service. The same for the same seed.
 */
export function benchRules(count: number, seed = 20_260_102): RuleFile[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const format = random.pick(FORMATS);
    return WRITERS[format](`${format}-${String(i).padStart(5, "0")}`, toClauses(random), random);
  });
}

function toClauses(random: Random): readonly Clause[] {
  const service = SERVICES[random.int(SERVICES.length)] as ServiceCalls;
  const calls = [...service.reads, ...service.writes];
  const rarer = random.pick(RARER)(random);
  const second = random.pick(RARER)(random);
  const both = second.field === rarer.field ? [rarer] : [rarer, second];
  if (random.chance(0.01)) {
    const bucket: Clause = {
      field: "requestParameters.bucketName",
      how: "equals",
      values: [`data-${random.int(2000)}`],
    };
    return [random.pick(RAREST)(random), bucket];
  }
  const source: Clause = {
    field: "eventSource",
    how: "equals",
    values: [`${service.service}.amazonaws.com`],
  };
  if (random.chance(0.04)) return [source, ...both];
  if (random.chance(0.05)) {
    const verb = random.pick(["Delete", "Put", "Update", "Create"]);
    return [source, { field: "eventName", how: "starts", values: [verb] }, rarer];
  }
  const names = new Set(
    Array.from({ length: 1 + random.int(4) }, () => calls[random.int(calls.length)] ?? ""),
  );
  const event: Clause = { field: "eventName", how: "equals", values: [...names] };
  const filter = random.pick(FILTERS)(random);
  const wanted = rarer.field === "errorCode" ? both : [rarer];
  return [source, event, ...wanted, ...(random.chance(0.4) && filter.field !== rarer.field ? [filter] : [])];
}

type MakeClause = (random: Random) => Clause;

/** Holds for few of the records. */
const RARER: readonly [MakeClause, ...MakeClause[]] = [
  (r) => ({
    field: "recipientAccountId",
    how: "equals",
    values: [r.chance(0.1) ? (ACCOUNTS[r.int(ACCOUNTS.length)] ?? "") : `99${r.int(9)}999999999`],
  }),
  (r) => ({ field: "userIdentity.arn", how: "contains", values: [`:user/user-${r.int(3000)}`] }),
  (r) => ({
    field: "userIdentity.sessionContext.sessionIssuer.userName",
    how: "equals",
    values: [`app-${r.int(1200)}-role`, `app-${r.int(1200)}-role`],
  }),
  (r) => ({
    field: "userAgent",
    how: "contains",
    values: [r.pick(["kali", "parrot", "pentoo", "Pacu", "CloudMapper"])],
  }),
  (r) => ({ field: "errorCode", how: "equals", values: [r.pick(["AccessDenied", "NoSuchEntityException"])] }),
  (r) => ({ field: "requestParameters.name", how: "ends", values: [`-${r.int(500)}`] }),
  (r) => ({ field: "requestParameters.bucketName", how: "equals", values: [`data-${r.int(2000)}`] }),
  (r) =>
    r.chance(0.1)
      ? { field: "sourceIPAddress", how: "cidr", values: [`198.51.${r.int(100)}.0/24`] }
      : { field: "sourceIPAddress", how: "equals", values: [`198.51.${r.int(100)}.${r.int(250)}`] },
  () => ({ field: "userIdentity.type", how: "equals", values: ["Root", "FederatedUser"] }),
  (r) => ({
    field: "requestParameters.resourceArn",
    how: "contains",
    values: [`-${r.hex(4)}`, `/${r.hex(4)}`],
  }),
];

const FILTERS: readonly [MakeClause, ...MakeClause[]] = [
  (r) => ({ field: "awsRegion", how: "equals", values: [r.pick(["us-east-1", ...REGIONS])], negated: true }),
  () => ({ field: "errorCode", how: "exists", values: [], negated: true }),
  () => ({ field: "userAgent", how: "contains", values: ["Terraform", "CloudFormation"], negated: true }),
  () => ({ field: "sourceIPAddress", how: "ends", values: [".amazonaws.com"], negated: true }),
];

const RAREST: readonly [MakeClause, ...MakeClause[]] = [
  () => ({ field: "userAgent", how: "contains", values: ["kali", "parrot", "pentoo"] }),
  () => ({ field: "errorCode", how: "equals", values: ["AccessDenied", "Client.UnauthorizedOperation"] }),
  () => ({ field: "userIdentity.type", how: "equals", values: ["Root"] }),
];

const LEVELS = ["low", "medium", "high"] as const;
const PROSE =
  "Looks for calls that people who are new to an account rarely make. Written as such rules usually are, with a sentence or two on why it matters.";

function toSigma(id: string, clauses: readonly Clause[], random: Random): RuleFile {
  const suffix = {
    equals: "",
    contains: "|contains",
    starts: "|startswith",
    ends: "|endswith",
    cidr: "|cidr",
    exists: "|exists",
  };
  const lines = (negated: boolean): string[] =>
    clauses
      .filter((clause) => (clause.negated ?? false) === negated)
      .flatMap(({ field, how, values }) => {
        if (how === "exists") return [`        ${field}|exists: true`];
        const [only] = values;
        if (values.length === 1) return [`        ${field}${suffix[how]}: '${only ?? ""}'`];
        return [`        ${field}${suffix[how]}:`, ...values.map((value) => `            - '${value}'`)];
      });
  const filter = lines(true);
  const text = [
    `title: Unusual call ${id}`,
    `id: ${random.uuid()}`,
    "status: test",
    `description: ${PROSE}`,
    "references:",
    "    - https://docs.example.com/detections",
    "author: Somebody",
    "date: 2026-01-05",
    "tags:",
    "    - attack.defense-evasion",
    "    - attack.t1562.008",
    "logsource:",
    "    product: aws",
    "    service: cloudtrail",
    "detection:",
    "    selection:",
    ...lines(false),
    ...(filter.length === 0 ? [] : ["    filter:", ...filter]),
    `    condition: selection${filter.length === 0 ? "" : " and not filter"}`,
    "falsepositives:",
    "    - Administrators at work",
    `level: ${random.pick(LEVELS)}`,
    "",
  ];
  return { name: `${id}.yml`, text: text.join("\n") };
}

function toPanther(id: string, clauses: readonly Clause[], random: Random): RuleFile {
  const text = [
    "AnalysisType: rule",
    `RuleID: Bench.${id}`,
    `DisplayName: Unusual call ${id}`,
    "Enabled: true",
    "LogTypes:",
    "  - AWS.CloudTrail",
    `Severity: ${{ low: "Low", medium: "Medium", high: "High" }[random.pick(LEVELS)]}`,
    "Reports:",
    "  MITRE ATT&CK:",
    "    - TA0005:T1562.008",
    `Description: ${PROSE}`,
    "Reference: https://docs.example.com/detections",
    "DedupPeriodMinutes: 60",
    "Detection:",
    ...clauses.flatMap((clause) => toPantherCondition(clause)),
    "",
  ];
  return { name: `${id}.yml`, text: text.join("\n") };
}

function toPantherCondition({ field, how, values, negated }: Clause): string[] {
  const key = field.includes(".") ? `KeyPath: ${field}` : `Key: ${field}`;
  const not = negated === true;
  if (how === "exists") return [`  - ${key}`, `    Condition: ${not ? "DoesNotExist" : "Exists"}`];
  const one = {
    equals: not ? "DoesNotEqual" : "Equals",
    contains: not ? "DoesNotContain" : "Contains",
    starts: not ? "DoesNotStartWith" : "StartsWith",
    ends: not ? "DoesNotEndWith" : "EndsWith",
    cidr: not ? "IsIPAddressNotInCIDR" : "IsIPAddressInCIDR",
  }[how];
  const [only] = values;
  if (values.length === 1) return [`  - ${key}`, `    Condition: ${one}`, `    Value: "${only ?? ""}"`];
  if (how === "equals") {
    const listed = values.map((value) => `      - "${value}"`);
    return [`  - ${key}`, `    Condition: ${not ? "IsNotIn" : "IsIn"}`, "    Values:", ...listed];
  }
  const each = values.flatMap((value) => toPantherCondition({ field, how, values: [value] }));
  return [`  - ${not ? "None" : "Any"}:`, ...each.map((line) => `    ${line}`)];
}

/** In ECS, or the names of Elastic's CloudTrail integration. */
const ECS: Readonly<Record<string, string>> = {
  eventSource: "event.provider",
  eventName: "event.action",
  recipientAccountId: "cloud.account.id",
  "userIdentity.arn": "aws.cloudtrail.user_identity.arn",
  "userIdentity.type": "aws.cloudtrail.user_identity.type",
  "userIdentity.sessionContext.sessionIssuer.userName":
    "aws.cloudtrail.user_identity.session_context.session_issuer.user_name",
  userAgent: "user_agent.original",
  errorCode: "aws.cloudtrail.error_code",
  awsRegion: "cloud.region",
  sourceIPAddress: "source.address",
  "requestParameters.name": "aws.cloudtrail.flattened.request_parameters.name",
  "requestParameters.bucketName": "aws.cloudtrail.flattened.request_parameters.bucketName",
  "requestParameters.resourceArn": "aws.cloudtrail.flattened.request_parameters.resourceArn",
};

function toElastic(id: string, clauses: readonly Clause[], random: Random): RuleFile {
  const query = clauses.map(({ field, how, values, negated }) => {
    const name = how === "cidr" ? "source.ip" : (ECS[field] ?? field);
    const texts = values.map((value) =>
      how === "equals"
        ? `"${value}"`
        : how === "contains"
          ? `*${escape(value)}*`
          : how === "starts"
            ? `${value}*`
            : how === "ends"
              ? `*${escape(value)}`
              : `"${value}"`,
    );
    const wanted = how === "exists" ? "*" : texts.length === 1 ? (texts[0] ?? "") : `(${texts.join(" or ")})`;
    return `${negated === true ? "not " : ""}${name}:${wanted}`;
  });
  const text = [
    "[metadata]",
    'creation_date = "2026/01/05"',
    'integration = ["aws"]',
    'maturity = "production"',
    "",
    "[rule]",
    'author = ["Somebody"]',
    `description = """${PROSE}"""`,
    'from = "now-6m"',
    'index = ["filebeat-*", "logs-aws.cloudtrail-*"]',
    'language = "kuery"',
    'license = "Apache-2.0"',
    `name = "Unusual call ${id}"`,
    "risk_score = 47",
    `rule_id = "${random.uuid()}"`,
    'severity = "medium"',
    'tags = ["Domain: Cloud", "Data Source: AWS"]',
    'timestamp_override = "event.ingested"',
    'type = "query"',
    "query = '''",
    ["event.dataset:aws.cloudtrail", ...query].join("\n  and "),
    "'''",
    "",
    "[[rule.threat]]",
    'framework = "MITRE ATT&CK"',
    "[[rule.threat.technique]]",
    'id = "T1562"',
    'name = "Impair Defenses"',
    'reference = "https://attack.mitre.org/techniques/T1562/"',
    "[rule.threat.tactic]",
    'id = "TA0005"',
    'name = "Defense Evasion"',
    'reference = "https://attack.mitre.org/tactics/TA0005/"',
    "",
  ];
  return { name: `${id}.toml`, text: text.join("\n") };
}

/** What KQL gives a meaning of its own outside of quotes. */
function escape(text: string): string {
  return text.replace(/[\\():<>"{}]/g, "\\$&");
}
