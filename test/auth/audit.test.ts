import { createAudit, type AuditEntry } from "../../src/auth/audit.js";

const entry = (address: string): AuditEntry => ({
  action: "authenticate",
  outcome: "refused",
  address,
  route: "GET /metrics",
  reason: "wrong",
});

describe("createAudit", () => {
  let now: number;
  let lines: AuditEntry[];
  let audit: ReturnType<typeof createAudit>;
  beforeEach(() => {
    now = 0;
    lines = [];
    audit = createAudit(
      (line) => lines.push(line),
      () => now,
    );
  });
  afterEach(() => audit.close());

  it("writes the first failure of an address and minute, and counts the others", () => {
    for (let i = 0; i < 5; i++) audit.counted(entry("a"), "a");
    audit.counted(entry("b"), "b");
    expect(lines).toEqual([entry("a"), entry("b")]);
    now = 60_000;
    audit.counted(entry("a"), "a");
    expect(lines.slice(2)).toEqual([
      { action: "authenticate", outcome: "refused", address: "a", route: "any", count: 4 },
      entry("a"),
    ]);
  });

  it("counts addresses without number together", () => {
    for (let i = 0; i < 3_000; i++) audit.counted(entry(`a${i}`), `a${i}`);
    expect(lines).toHaveLength(1_000);
    audit.flush();
    expect(lines.slice(1_000)).toEqual([expect.objectContaining({ address: "others", count: 2_000 })]);
  });

  it("writes each attempt on what only few may do, until one address makes too many", () => {
    const attempt: AuditEntry = { ...entry("a"), action: "reload" };
    for (let i = 0; i < 100; i++) audit.attempted(attempt, "a");
    expect(lines).toHaveLength(31);
    audit.close();
    expect(lines.at(-1)).toMatchObject({ count: 69 });
  });
});
