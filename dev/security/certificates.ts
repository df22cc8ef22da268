import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What `createCertificates` puts after the common name of each certificate. */
export const ORGANISATION = "TrailTag tests";

/**
 * An authority of its own (`ca.pem`) and for each name `<name>.pem` with `<name>.key`, good for 127.0.0.1 and
 * localhost as servers and as clients, for a week. Needs the `openssl` command.
 */
export function createCertificates(dir: string, names: readonly string[]): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl(
    ...["req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem"],
    ...["-days", "7", "-subj", `/O=${ORGANISATION}/CN=authority`],
  );
  writeFileSync(
    join(dir, "extensions"),
    "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n",
  );
  for (const name of names) {
    const subject = `/O=${ORGANISATION}/CN=${name}`;
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
      ...["-out", `${name}.pem`, "-days", "7", "-extfile", "extensions"],
    );
  }
}
