import { ConfigError, loadConfig } from "../../src/config/load.js";
import type { JsonObject } from "../../src/lib/json.js";

const STORE = { store: { kind: "files" } };
const TLS = { cert_file: "a.crt", key_file: "a.key" };

function problem(flags: JsonObject, env: Record<string, string> = {}): string {
  try {
    loadConfig({ files: [], env, flags: { ...STORE, ...flags } });
  } catch (error) {
    if (error instanceof ConfigError)
      return error.diagnostics.map((d) => `${d.message} ${d.hint ?? ""}`).join("\n");
    throw error;
  }
  return "";
}

describe("who may come in, by the configuration", () => {
  it.each([
    [{ auth: { mode: "api_key" } }, /nothing says who may come in/],
    [{ auth: { mode: "password" } }, /auth.mode" must be one of/],
    [{ auth: { credentials_file: "c.yaml" } }, /auth\.mode is not: nobody would be asked/],
    [{ auth: { mode: "none", credentials_file: "c.yaml" } }, /auth\.mode is none: nobody would be asked/],
    [{ auth: { mode: "mtls", credentials_file: "c.yaml" } }, /no authority is named/],
    [{ auth: { mode: "mtls", credentials_file: "c.yaml" }, http: { tls: TLS } }, /no authority is named/],
    [{ http: { tls: { client_ca_file: "ca.pem" } } }, /client_ca_file needs TLS/],
    [{ http: { tls: { cert_file: "a.crt" } } }, /needs both cert_file and key_file/],
    [{ http: { tls: { ...TLS, min_version: "TLSv1" } } }, /must be one of/],
    [{ http: { tls: { ...TLS, cert: "x" } } }, /no configuration key "http.tls.cert"/],
    [{ http: { trusted_proxies: ["10.0.0.0/40"] } }, /is a range of addresses/],
    [{ http: { trusted_proxies: "all" } }, /is a list of ranges/],
    [{ auth: { keys: [] } }, /no configuration key "auth.keys"/],
    [{ auth: { max_failures_per_minute: 0 } }, /greater than or equal to 1/],
    [{ dashboards: { url: "http://u:p@d:5601" } }, /dashboards.url holds a user name or a password/],
  ])("refuses %j", (flags, message) => {
    expect(problem(flags as unknown as JsonObject)).toMatch(message);
  });

  it("refuses a URL of the cluster with a password in it, without quoting it", () => {
    for (const node of ["https://u:s3cret@os:9200", "https://s3cret@os:9200", "http://u:s3@cret@os"]) {
      const said = problem({ store: {}, opensearch: { node } });
      expect(said).toMatch(/opensearch.node/);
      expect(said).not.toMatch(/s3|cret@/);
    }
  });

  it("takes what is whole, from files and from the environment", () => {
    const env = {
      TRAILTAG_HTTP__TLS__CERT_FILE: "a.crt",
      TRAILTAG_HTTP__TLS__KEY_FILE: "a.key",
      TRAILTAG_HTTP__TLS__CLIENT_CA_FILE: "ca.pem",
      TRAILTAG_HTTP__TRUSTED_PROXIES: "10.0.0.0/8,2001:db8::/32",
      TRAILTAG_AUTH__MODE: "mtls",
      TRAILTAG_AUTH__CREDENTIALS_FILE: "c.yaml",
      TRAILTAG_HTTP__LISTEN: "0.0.0.0:9280",
      TRAILTAG_LOG__AUDIT_FILE: "audit.ndjson",
    };
    const { http, auth, log } = loadConfig({ files: [], env, flags: STORE });
    expect(http).toMatchObject({
      tls: { ...TLS, client_ca_file: "ca.pem", min_version: "TLSv1.2" },
      trusted_proxies: ["10.0.0.0/8", "2001:db8::/32"],
    });
    expect(auth).toEqual({ mode: "mtls", credentials_file: "c.yaml", max_failures_per_minute: 30 });
    expect(log.audit_file).toBe("audit.ndjson");
  });
});

describe("how OpenSearch is asked, by the configuration", () => {
  const SECURE = { node: "https://os:9200" };
  const CERT = { client_cert_file: "a.crt", client_key_file: "a.key" };
  const refused = (opensearch: JsonObject): string =>
    problem({ store: {}, opensearch: { ...SECURE, ...opensearch } });

  it.each<[JsonObject, RegExp]>([
    [{ client_cert_file: "a.crt" }, /client_cert_file.*client_key_file/],
    [{ client_key_file: "a.key" }, /client_key_file.*client_cert_file/],
    [{ ...CERT, node: "http://os:9200" }, /A certificate is only shown over TLS/],
    [{ aws: { service: "aoss" } }, /service is set, but opensearch\.aws\.region is not/],
    [{ aws: { region: "eu-central-1", service: "s3" } }, /must be one of/],
    [{ aws: { region: "" } }, /not allowed to be empty/],
    [{ aws: { profile: "x" } }, /no configuration key "opensearch.aws.profile"/],
    [
      { aws: { region: "eu-central-1" }, username: "maya", password_env: "PW" },
      /requests are signed; a user name and password do not go with that/,
    ],
    [{ username: "maya", password_file: "a", password_env: "b" }, /password_file.*password_env|conflict/],
  ])("refuses %j", (opensearch, message) => {
    expect(refused(opensearch)).toMatch(message);
  });

  it("takes a certificate over TLS, and a region", () => {
    expect(refused(CERT)).toBe("");
    expect(refused({ aws: { region: "eu-central-1", service: "aoss" } })).toBe("");
  });
});
