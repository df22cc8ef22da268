import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { writeFileSync, mkdtempSync, rmSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "../../../src/auth/api-key.js";
import { hashPassword } from "../../../src/auth/password-hash.js";
import { SCOPES, type Scope } from "../../../src/auth/scope.js";
import { requirementOf } from "../../../src/http/authenticate.js";
import { ROUTES, type Requirement } from "../../../src/http/route-scopes.js";
import { createAuthority, type CertificateFiles } from "../../harness/certificates.js";
import { describeWith } from "../../harness/requirements.js";
import {
  startSecureService,
  type Answer,
  type AskOptions,
  type SecureService,
} from "../../harness/secure-service.js";

/** Every endpoint and what it asks for: the contract, written out once more. */
const ENDPOINTS: readonly (readonly [string, string, Requirement])[] = [
  ["POST", "/_bulk", "ingest"],
  ["PUT", "/_bulk", "ingest"],
  ["POST", "/_bulk/", "ingest"],
  ["POST", "/_BULK", "ingest"],
  ["POST", "/logs/_bulk", "ingest"],
  ["PUT", "/logs/_bulk", "ingest"],
  ["DELETE", "/_bulk", "ingest"],
  ["OPTIONS", "/_bulk", "ingest"],
  ["TRACE", "/_bulk", "ingest"],
  ["POST", "/v1/events", "ingest"],
  ["GET", "/v1/events", "ingest"],
  ["POST", "/v1/firehose", "ingest"],
  ["POST", "/v1/simulate", "read"],
  ["GET", "/v1/rules", "read"],
  ["HEAD", "/v1/rules", "read"],
  ["GET", "/v1/alerts/a1", "read"],
  ["GET", "/metrics", "read"],
  ["POST", "/v1/alerts/a1/triage", "triage"],
  ["POST", "/-/reload", "admin"],
  ["GET", "/-/reload", "admin"],
  ["POST", "/-/RELOAD/", "admin"],
  ["GET", "/healthz", "open"],
  ["HEAD", "/healthz", "open"],
  ["GET", "/readyz", "open"],
  ["GET", "/", "any"],
  ["HEAD", "/", "any"],
  ["GET", "/_cluster/health", "any"],
  ["GET", "/_cluster/health/logs", "any"],
  ["GET", "/_cat/health", "any"],
  ["GET", "/_license", "any"],
  ["GET", "/_xpack", "any"],
  ["GET", "/_cluster/settings", "any"],
  ["GET", "/_nodes", "any"],
  ["GET", "/_nodes/http", "any"],
  ["GET", "/_nodes/_all/http", "any"],
  ["GET", "/_data_stream/logs", "any"],
  ["GET", "/_template", "any"],
  ["PUT", "/_template/logs", "any"],
  ["PUT", "/_index_template/logs", "any"],
  ["PUT", "/_component_template/logs", "any"],
  ["PUT", "/_ilm/policy/logs", "any"],
  ["PUT", "/_ingest/pipeline/logs", "any"],
  ["PUT", "/_plugins/_ism/policies/logs", "any"],
  ["PUT", "/_opendistro/_ism/policies/logs", "any"],
  ["HEAD", "/logs", "any"],
  ["OPTIONS", "/_license", "any"],
  ["OPTIONS", "/logs", "any"],
  ["OPTIONS", "/_template/logs", "any"],
  ["DELETE", "/_template/logs", "any"],
  ["POST", "/-%2freload", "any"],
  ["GET", "//v1/rules", "any"],
  ["GET", "/no/such/path", "any"],
  ["POST", "/", "any"],
];

const AGENT = { keepAlive: true, maxSockets: 8 } as const;
const REFUSALS = new Set([401, 403, 429]);
const BAD = ["none", "malformed", "wrong", "unknown", "expired"] as const;
const PASSWORD = "correct horse battery";

/** A way to come in: what a request carries for each kind of credential. */
interface Way {
  readonly mode: string;
  readonly config: object;
  readonly bad: Readonly<Record<(typeof BAD)[number], AskOptions>>;
  readonly right: Readonly<Record<Scope, AskOptions>>;
}

const dir = mkdtempSync(join(tmpdir(), "trailtag-access-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function credentialsFile(name: string, section: string, entries: readonly object[]): string {
  const path = join(dir, name);
  writeFileSync(path, JSON.stringify({ [section]: entries }));
  return path;
}

const withHeader = (authorization: string): AskOptions => ({ headers: { authorization } });
const basic = (name: string, password: string): AskOptions =>
  withHeader(`Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`);

function keysWay(): Way {
  const made = new Map([...SCOPES, "old"].map((id) => [id, createApiKey(id)]));
  const entries = SCOPES.map((id) => ({ id, hash: made.get(id)!.hash, scopes: [id] }));
  const old = { id: "old", hash: made.get("old")!.hash, scopes: [...SCOPES], expires: "2020-01-01" };
  const bearer = (id: string): AskOptions => withHeader(`Bearer ${made.get(id)!.token}`);
  const file = credentialsFile("keys.yaml", "keys", [...entries, old]);
  return {
    mode: "api_key",
    config: { auth: { mode: "api_key", credentials_file: file, max_failures_per_minute: 10_000 } },
    bad: {
      none: {},
      malformed: withHeader("Bearer nonsense"),
      wrong: withHeader(`Bearer admin.${made.get("read")!.token.slice(5)}`),
      unknown: withHeader(`Bearer nobody.${made.get("read")!.token.slice(5)}`),
      expired: bearer("old"),
    },
    right: {
      ingest: bearer("ingest"),
      read: bearer("read"),
      triage: bearer("triage"),
      admin: bearer("admin"),
    },
  };
}

async function usersWay(): Promise<Way> {
  const hash = await hashPassword(PASSWORD);
  const entries = SCOPES.map((name) => ({ name, hash, scopes: [name] }));
  const old = { name: "old", hash, scopes: [...SCOPES], expires: "2020-01-01" };
  const right = (name: string): AskOptions => basic(name, PASSWORD);
  const file = credentialsFile("users.yaml", "users", [...entries, old]);
  return {
    mode: "basic",
    config: { auth: { mode: "basic", credentials_file: file, max_failures_per_minute: 10_000 } },
    bad: {
      none: {},
      malformed: withHeader("Basic nonsense"),
      wrong: basic("admin", "a wrong password"),
      unknown: basic("nobody", PASSWORD),
      expired: right("old"),
    },
    right: { ingest: right("ingest"), read: right("read"), triage: right("triage"), admin: right("admin") },
  };
}

function certificatesWay(): Way & { remove(): void } {
  const authority = createAuthority("ours");
  const other = createAuthority("ours");
  const server = authority.issue("localhost");
  const names = SCOPES.map((name) => ({ name, subject_cn: name, scopes: [name] }));
  const old = { name: "old", san: "DNS:old.example", scopes: [...SCOPES], expires: "2020-01-01" };
  const file = credentialsFile("certificates.yaml", "certificates", [...names, old]);
  const withCertificate = ({ cert, key }: CertificateFiles): AskOptions => ({
    tls: { ca: authority.ca, cert, key },
  });
  const right = (name: string): AskOptions => withCertificate(authority.issue(name));
  return {
    mode: "mtls",
    config: {
      http: {
        tls: { cert_file: server.certFile, key_file: server.keyFile, client_ca_file: authority.caFile },
      },
      auth: { mode: "mtls", credentials_file: file },
    },
    bad: {
      none: { tls: { ca: authority.ca } },
      // Of an authority that has the same name, but is another.
      malformed: withCertificate(other.issue("admin")),
      wrong: withCertificate(authority.issue("admin2", { san: "DNS:admin" })),
      unknown: withCertificate(authority.issue("nobody")),
      expired: withCertificate(authority.issue("whoever", { san: "DNS:OLD.example" })),
    },
    right: { ingest: right("ingest"), read: right("read"), triage: right("triage"), admin: right("admin") },
    remove: () => {
      authority.remove();
      other.remove();
    },
  };
}

function suite(mode: string, open: () => Promise<Way & { remove?(): void }>): void {
  describe(`with auth.mode ${mode}`, () => {
    let service: SecureService;
    let way: Way & { remove?(): void };
    /** By endpoint and kind of credential. All that show the same go out at once, which spares handshakes and scrypt. */
    const answers = new Map<string, Answer>();
    const agents = [new HttpAgent({ keepAlive: true, maxSockets: 64 }), new HttpsAgent(AGENT)] as const;

    const answer = (method: string, path: string, shown: AskOptions) =>
      service.ask(path, {
        ...shown,
        method,
        agent: shown.tls === undefined ? agents[0] : agents[1],
        ...(method === "POST" || method === "PUT" ? { body: "{}" } : {}),
      });

    beforeAll(async () => {
      way = await open();
      service = await startSecureService(way.config as never);
      for (const [kind, shown] of Object.entries({ ...way.bad, ...way.right })) {
        const given = await Promise.all(ENDPOINTS.map(([method, path]) => answer(method, path, shown)));
        for (const [i, each] of given.entries()) answers.set(`${ENDPOINTS[i]!.join(" ")} ${kind}`, each);
      }
    }, 60_000);
    afterAll(async () => {
      for (const agent of agents) agent.destroy();
      await service.close();
      way.remove?.();
    });

    it.each(ENDPOINTS)("%s %s asks for %s", (method, path, requirement) => {
      const rows: Record<string, number> = {};
      const wanted: Record<string, number> = {};
      const given = (kind: string): Answer => answers.get(`${method} ${path} ${requirement} ${kind}`)!;
      for (const kind of BAD) {
        const { status, headers, body } = given(kind);
        rows[kind] = REFUSALS.has(status) ? status : 0;
        wanted[kind] = requirement === "open" ? 0 : 401;
        if (status !== 401) continue;
        expect(headers["www-authenticate"]).toMatch(/realm="TrailTag"/);
        if (path === "/v1/firehose")
          expect(body).toMatchObject({ requestId: "", errorMessage: expect.any(String) });
        else if (method !== "HEAD")
          expect(body).toMatchObject({ error: { type: "security_exception" }, status: 401 });
      }
      for (const scope of SCOPES) {
        const { status, body } = given(scope);
        rows[scope] = REFUSALS.has(status) ? status : 0;
        const allowed = requirement === "open" || requirement === "any" || requirement === scope;
        wanted[scope] = allowed ? 0 : 403;
        if (status !== 403 || method === "HEAD") continue;
        const reason: string = path === "/v1/firehose" ? body.errorMessage : body.error.reason;
        expect(reason).toContain(
          `needs the scope ${requirement}; the credential ${scope} has the scope ${scope}.`,
        );
      }
      expect(rows).toEqual(wanted);
    });

    it("tells those who may not read whether it is ready, and nothing else", async () => {
      for (const shown of [...Object.values(way.bad), way.right.ingest, way.right.admin]) {
        expect((await answer("GET", "/readyz", shown)).body).toEqual({ ready: true });
      }
      expect((await answer("GET", "/readyz", way.right.read)).body).toHaveProperty("ruleset");
    });

    it("counts who was not let in, by why", async () => {
      const text = await service.metrics();
      const reasons =
        mode === "mtls"
          ? ["missing", "wrong", "expired", "scope"]
          : [...BAD.slice(1, 2), "missing", "wrong", "expired", "scope"];
      for (const reason of reasons) {
        expect(text).toMatch(new RegExp(`trailtag_auth_failures_total\\{reason="${reason}"\\} [1-9]`));
      }
    });
  });
}

suite("api_key", () => Promise.resolve(keysWay()));
suite("basic", usersWay);
describeWith("openssl", "with real certificates", () => {
  suite("mtls", () => Promise.resolve(certificatesWay()));
});

describe("the table of routes", () => {
  let service: SecureService;
  beforeAll(async () => {
    service = await startSecureService({});
  });
  afterAll(() => service.close());

  it("lets everybody in where nobody is asked", async () => {
    for (const [method, path] of ENDPOINTS) {
      expect([401, 403]).not.toContain((await service.ask(path, { method })).status);
    }
    expect((await service.ask("/readyz")).body).toHaveProperty("ruleset");
  });

  it("has a guard of its own before each route of the app, and no route that the app lacks", () => {
    const seen = new Map<string, Requirement>();
    for (const { path, stack } of routesOf((service.app as any).router)) {
      const paths: string[] = Array.isArray(path) ? path : [path];
      const [guard] = stack;
      for (const each of paths) {
        expect([each, requirementOf(guard!.handle)]).toEqual([each, (ROUTES as any)[each]]);
        seen.set(each, requirementOf(guard!.handle)!);
      }
    }
    expect(Object.fromEntries(seen)).toEqual(ROUTES);
  });

  it("is tried whole by the tests above", () => {
    const tried = ENDPOINTS.map(([, path]) => path);
    const pattern = (route: string): RegExp =>
      new RegExp(`^${route.replace("{/*rest}", "(/.*)?").replace(/:\w+/g, "[^/]+")}$`);
    expect(Object.keys(ROUTES).filter((route) => !tried.some((path) => pattern(route).test(path)))).toEqual(
      [],
    );
  });

  it("is the one that the page has", () => {
    const page = readFileSync(join(__dirname, "../../../docs/authentication.md"), "utf8");
    const section = page.split("## Scopes\n")[1]!.split("\n## ")[0]!;
    for (const scope of SCOPES) {
      const row = new RegExp(`^\\| \`${scope}\` \\| (.*) \\|$`, "m").exec(section)![1]!;
      const named = [...row.matchAll(/(\/[^`]*)`/g)].map((match) => match[1]!.replace(/\{(\w+)\}/g, ":$1"));
      const wanted = Object.entries(ROUTES).filter(([, requirement]) => requirement === scope);
      expect(named.filter((path) => path !== "/readyz").sort()).toEqual(wanted.map(([path]) => path).sort());
    }
  });
});

interface ExpressRoute {
  readonly path: string | string[];
  readonly stack: readonly { readonly handle: object }[];
}

function* routesOf(router: { stack: readonly any[] }): Generator<ExpressRoute> {
  for (const layer of router.stack) {
    if (layer.route !== undefined) yield layer.route as ExpressRoute;
    else if (Array.isArray(layer.handle?.stack)) yield* routesOf(layer.handle);
  }
}
