import { findGrant, type ClientCertificate } from "../../src/auth/certificate-names.js";
import { createClientAddress } from "../../src/auth/client-address.js";
import type { CertificateGrant } from "../../src/auth/credentials.js";
import { createFailureLimit } from "../../src/auth/failure-limit.js";

describe("createClientAddress", () => {
  const direct = createClientAddress([]);
  const proxied = createClientAddress(["10.0.0.0/8", "2001:db8:1::/48"]);

  it.each([
    ["192.0.2.1", undefined, "192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", undefined, "192.0.2.1", "192.0.2.1"],
    ["2001:db8:0:1::7", undefined, "2001:db8:0:1::7", "2001:db8:0:1::/64"],
    ["fe80::1%eth0", undefined, "fe80::1", "fe80:0:0:0::/64"],
    [undefined, undefined, "unknown", "unknown"],
  ])("%s is itself", (remote, forwarded, text, key) => {
    expect(direct(remote, forwarded)).toEqual({ text, key });
  });

  it("believes nobody unless told to", () => {
    expect(direct("10.0.0.1", "192.0.2.9").text).toBe("10.0.0.1");
    expect(proxied("192.0.2.1", "192.0.2.9").text).toBe("192.0.2.1");
  });

  it.each([
    ["192.0.2.9", "192.0.2.9"],
    ["203.0.113.5, 192.0.2.9", "192.0.2.9"],
    ["203.0.113.5, 192.0.2.9, 10.1.1.1", "192.0.2.9"],
    ["192.0.2.9:51234, 2001:db8:1::2", "192.0.2.9"],
    ["[2001:db8:9::1]:443", "2001:db8:9::1"],
    ["nonsense, 10.9.9.9", "10.9.9.9"],
    ["nonsense", "10.0.0.1"],
    ["", "10.0.0.1"],
  ])("takes from %j, behind a trusted proxy, %s", (forwarded, text) => {
    expect(proxied("10.0.0.1", forwarded).text).toBe(text);
  });
});

describe("createFailureLimit", () => {
  it("keeps a bounded number of addresses, the ones of late", () => {
    let now = 0;
    const limit = createFailureLimit(1, () => now, 3);
    for (const address of ["a", "b", "c", "d"]) expect(limit.take(address)).toBe(0);
    expect(limit.size).toBe(3);
    expect(limit.take("d")).toBe(60);
    expect(limit.take("a")).toBe(0);
    now = 60_000;
    expect(limit.take("e")).toBe(0);
    expect(limit.size).toBe(1);
  });

  it("keeps nobody out for longer when the clock is set back", () => {
    let now = 3_600_000;
    const limit = createFailureLimit(30, () => now);
    limit.take("a");
    now = 0;
    expect(limit.take("a")).toBe(0);
  });

  it("does not count what is given back", () => {
    const limit = createFailureLimit(2, () => 0);
    for (let i = 0; i < 10; i++) {
      expect(limit.take("a")).toBe(0);
      limit.giveBack("a");
    }
  });
});

describe("findGrant", () => {
  const grant = (by: CertificateGrant["by"], value: string): CertificateGrant => ({
    id: `${by} ${value}`,
    scopes: new Set(),
    expires: undefined,
    by,
    value,
  });
  const grants = [
    grant("subject_cn", "collector"),
    grant("san", "DNS:a.example"),
    grant("san", "URI:spiffe://x/a, DNS:admin.example"),
    grant("san", "DNS:admin.example"),
    grant("fingerprint_sha256", "AA"),
  ];
  const certificate = (parts: Partial<ClientCertificate>): ClientCertificate => ({
    commonName: undefined,
    subjectAltName: undefined,
    fingerprint: "BB",
    ...parts,
  });
  const idOf = (parts: Partial<ClientCertificate>) => findGrant(grants, certificate(parts))?.id;

  it("goes by fingerprint, then by alternative name, then by subject", () => {
    expect(idOf({ commonName: "collector", subjectAltName: "DNS:A.example", fingerprint: "AA" })).toMatch(
      /^fing/,
    );
    expect(idOf({ commonName: "collector", subjectAltName: "IP Address:192.0.2.1, DNS:A.example" })).toMatch(
      /^san/,
    );
    expect(idOf({ commonName: "collector" })).toBe("subject_cn collector");
  });

  it("takes no name out of another, and none of a subject with several", () => {
    expect(idOf({ subjectAltName: 'URI:"spiffe://x/b, DNS:admin.example"' })).toBeUndefined();
    expect(idOf({ subjectAltName: 'URI:"spiffe://x/a, DNS:admin.example"' })).toMatch(/^san URI/);
    expect(idOf({ subjectAltName: 'DNS:"x" DNS:admin.example' })).toBeUndefined();
    expect(idOf({ commonName: ["collector", "other"] })).toBeUndefined();
    expect(idOf({ commonName: "a.example" })).toBeUndefined();
  });
});
