import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { createOpenSearchClient, type OpenSearchClient } from "../../../src/output/opensearch/client.js";
import { createTlsFiles } from "../../../src/output/opensearch/tls-files.js";
import { createAuthority, type Authority, type CertificateFiles } from "../../harness/certificates.js";
import { describeWith } from "../../harness/requirements.js";
import { waitFor } from "../../harness/wait-for.js";

function peerOf(socket: object): Pick<TLSSocket, "getPeerCertificate"> {
  return socket as TLSSocket;
}

describeWith("openssl", "certificates towards OpenSearch", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-tls-files-"));
  const files = { ca: join(dir, "ca.pem"), cert: join(dir, "tls.crt"), key: join(dir, "tls.key") };
  let ours: Authority;
  let other: Authority;
  let first: CertificateFiles;
  let second: CertificateFiles;
  /** Stands in for a cluster that wants certificates: it answers with the name of the one that it was shown. */
  let server: Server;
  let client: OpenSearchClient;

  function put({ certFile, keyFile }: CertificateFiles): void {
    copyFileSync(certFile, files.cert);
    copyFileSync(keyFile, files.key);
  }

  const shown = async (): Promise<string> => {
    const reply = await client
      .request({ method: "GET", path: "/" })
      .catch((error: unknown) => error as Error);
    return reply instanceof Error ? reply.message : reply.text;
  };

  beforeAll(async () => {
    [ours, other] = [createAuthority("ours"), createAuthority("other")];
    [first, second] = [ours.issue("first"), ours.issue("second")];
    const { cert, key } = ours.issue("localhost");
    const settings = { cert, key, ca: [ours.ca, other.ca], requestCert: true, rejectUnauthorized: true };
    server = createServer(settings, (req, res) => {
      const { CN } = peerOf(req.socket).getPeerCertificate().subject;
      res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ CN }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    copyFileSync(ours.caFile, files.ca);
    put(first);
    const node = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = createOpenSearchClient({ node, tlsFiles: files, requestTimeoutMs: 5_000 });
  });
  afterAll(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
    for (const authority of [ours, other]) authority.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  it("shows a renewed certificate without a restart, and the old one while the new one is not whole", async () => {
    expect(await shown()).toBe('{"CN":"first"}');
    copyFileSync(second.certFile, files.cert);
    const half = createTlsFilesOrError();
    expect(half).toMatch(/The certificates for OpenSearch cannot be used .*tls\.key.*mismatch/);
    expect(await shown()).toBe('{"CN":"first"}');
    copyFileSync(second.keyFile, files.key);
    await waitFor(async () => (await shown()) === '{"CN":"second"}', { what: "the renewed certificate" });
  });

  it("keeps what was there when a file is emptied or gone", async () => {
    const before = await shown();
    writeFileSync(files.key, "");
    rmSync(files.cert);
    // Longer than the files are left unseen.
    for (const until = Date.now() + 1_200; Date.now() < until;) expect(await shown()).toBe(before);
    put(first);
    await waitFor(async () => (await shown()) === '{"CN":"first"}', { what: "the certificate that is back" });
  });

  it("trusts another authority once the file names it, and no longer the one before", async () => {
    copyFileSync(other.caFile, files.ca);
    await waitFor(async () => /certificate|signature|issuer/i.test(await shown()), { what: "a refusal" });
    server.setSecureContext({
      ...other.issue("localhost"),
      ca: [ours.ca, other.ca],
    });
    await waitFor(async () => (await shown()) === '{"CN":"first"}', { what: "the other authority" });
  });

  function createTlsFilesOrError(): string {
    try {
      createTlsFiles(files);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }
});
