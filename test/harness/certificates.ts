import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Authority {
  readonly caFile: string;
  readonly ca: Buffer;
  /** Signs a certificate for a common name. */
  issue(commonName: string, options?: { readonly san?: string; readonly days?: number }): CertificateFiles;
  remove(): void;
}

/** An authority of a test's own, made with openssl. */
export function createAuthority(name: string): Authority {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-ca-"));
  const at = (file: string): string => join(dir, file);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  };
  openssl(
    ...["req", "-x509", ...newKey, "-days", "2", "-subj", `/CN=${name}`],
    ...["-keyout", at("ca.key"), "-out", at("ca.pem")],
  );
  let issued = 0;
  return {
    caFile: at("ca.pem"),
    ca: readFileSync(at("ca.pem")),
    issue(commonName, { san = "DNS:localhost,IP:127.0.0.1", days = 2 } = {}) {
      const [certFile, keyFile] = [at(`${++issued}.pem`), at(`${issued}.key`)];
      writeFileSync(at("extensions"), `subjectAltName=${san}\n`);
      openssl("req", ...newKey, "-subj", `/CN=${commonName}`, "-keyout", keyFile, "-out", at("request"));
      openssl(
        ...[
          "x509",
          "-req",
          "-in",
          at("request"),
          "-CA",
          at("ca.pem"),
          "-CAkey",
          at("ca.key"),
          "-CAcreateserial",
        ],
        ...["-days", String(days), "-extfile", at("extensions"), "-out", certFile],
      );
      return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
