import { connect as connectPlain } from "node:net";
import { copyFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { createServerTls, type ServerTls } from "../../../src/http/server-tls.js";
import { createLog } from "../../../src/telemetry/log.js";
import { createMetrics } from "../../../src/telemetry/metrics.js";
import { createAuthority, type Authority, type CertificateFiles } from "../../harness/certificates.js";
import { describeWith } from "../../harness/requirements.js";
import { startSecureService, type SecureService } from "../../harness/secure-service.js";
import { waitFor } from "../../harness/wait-for.js";

describeWith("openssl", "TLS", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-tls-"));
  const cert_file = join(dir, "tls.crt");
  const key_file = join(dir, "tls.key");
  let authority: Authority;
  let first: CertificateFiles;
  let second: CertificateFiles;
  let service: SecureService;

  function serve({ certFile, keyFile }: CertificateFiles): void {
    copyFileSync(certFile, cert_file);
    copyFileSync(keyFile, key_file);
  }

  beforeAll(async () => {
    authority = createAuthority("ours");
    first = authority.issue("first");
    second = authority.issue("second");
    serve(first);
    service = await startSecureService({ http: { tls: { cert_file, key_file } } });
  });
  afterAll(async () => {
    await service.close();
    authority.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  async function servedName(options: object = {}): Promise<string> {
    const socket: TLSSocket = connect({
      port: Number(new URL(service.url).port),
      host: "127.0.0.1",
      ca: authority.ca,
      ...options,
    });
    await once(socket, "secureConnect");
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  }

  it("speaks TLS 1.2 and later, and shows when the certificate expires", async () => {
    expect(service.url).toMatch(/^https:/);
    expect((await service.ask("/healthz", { tls: { ca: authority.ca } })).body).toEqual({ status: "ok" });
    expect(await servedName({ maxVersion: "TLSv1.2" })).toBe("first");
    await expect(servedName({ minVersion: "TLSv1", maxVersion: "TLSv1.1" })).rejects.toThrow();
    const [, seconds] =
      /trailtag_tls_certificate_expiry_timestamp_seconds\{certificate="server"\} (\S+)/.exec(
        await service.metrics(),
      )!;
    expect(Number(seconds) * 1000 - Date.now()).toBeGreaterThan(86_400_000);
  });

  it("tells plain HTTP what is wrong", async () => {
    const socket = connectPlain(Number(new URL(service.url).port), "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    let answer = "";
    socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("This port speaks TLS: write https://");
  });

  it("takes over a new certificate on reload, and keeps the old one where the new one is bad", async () => {
    serve(second);
    expect(service.security.reload()).toEqual([]);
    expect(await servedName()).toBe("second");
    // Between the two copies of a renewal the files do not belong together.
    copyFileSync(first.certFile, cert_file);
    expect(service.security.reload()).toEqual([
      expect.stringMatching(/does not belong to the first certificate/),
    ]);
    expect(await servedName()).toBe("second");
    expect(await service.metrics()).toContain(
      'trailtag_security_last_reload_successful{what="certificate"} 0',
    );
    writeFileSync(key_file, "no key");
    expect(service.security.reload()).toEqual([expect.stringMatching(/holds no private key/)]);
    rmSync(cert_file);
    const answer = await service.ask("/-/reload", { method: "POST", tls: { ca: authority.ca } });
    expect(answer.body.error.reason).toMatch(
      /The certificate that is served stays: http.tls.cert_file cannot be read/,
    );
    expect(await servedName()).toBe("second");
    serve(first);
    expect(service.security.reload()).toEqual([]);
    expect(await service.metrics()).toContain(
      'trailtag_security_last_reload_successful{what="certificate"} 1',
    );
  });

  it("finds by itself that a linked folder was swapped, as Kubernetes does", async () => {
    const put = (name: string, files: CertificateFiles): string => {
      const folder = mkdtempSync(join(dir, name));
      copyFileSync(files.certFile, join(folder, "crt"));
      copyFileSync(files.keyFile, join(folder, "key"));
      return folder;
    };
    symlinkSync(put("a-", first), join(dir, "data"));
    const metrics = createMetrics();
    const tls: ServerTls = createServerTls({
      certFile: join(dir, "data/crt"),
      keyFile: join(dir, "data/key"),
      clientCaFile: undefined,
      minVersion: "TLSv1.2",
      clock: Date.now,
      log: createLog({ level: "error", format: "text" }),
      metrics: metrics.security,
      pollMs: 20,
    });
    let changes = 0;
    tls.onChange(() => changes++);
    symlinkSync(put("b-", second), join(dir, "next"));
    renameSync(join(dir, "next"), join(dir, "data"));
    await waitFor(() => changes > 0, { what: "the new certificate" });
    expect(tls.current().cert).toEqual(second.cert);
    tls.close();
  });
});

describeWith("openssl", "the authorities that sign clients' certificates", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-mtls-"));
  const caFile = join(dir, "ca.crt");
  let ours: Authority;
  let other: Authority;
  let client: CertificateFiles;
  let service: SecureService;

  beforeAll(async () => {
    [ours, other] = [createAuthority("ours"), createAuthority("other")];
    const server = ours.issue("localhost");
    client = ours.issue("collector");
    copyFileSync(ours.caFile, caFile);
    const credentials_file = join(dir, "credentials.yaml");
    const certificates = [{ name: "collector", subject_cn: "collector", scopes: ["ingest", "admin"] }];
    writeFileSync(credentials_file, JSON.stringify({ certificates }));
    service = await startSecureService({
      http: { tls: { cert_file: server.certFile, key_file: server.keyFile, client_ca_file: caFile } },
      auth: { mode: "mtls", credentials_file },
    });
  });
  afterAll(async () => {
    await service.close();
    for (const authority of [ours, other]) authority.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A connection that is in the middle of a request; `ask` sends whatever there is, and gives the next answer. */
  async function busyConnection(): Promise<{
    socket: TLSSocket;
    readonly ask: (text: string) => Promise<string>;
  }> {
    const { cert, key } = client;
    const port = Number(new URL(service.url).port);
    const socket = connect({ port, host: "127.0.0.1", ca: ours.ca, cert, key });
    await once(socket, "secureConnect");
    let answers = "";
    socket.setEncoding("utf8").on("data", (part: string) => (answers += part));
    socket.on("error", () => undefined);
    socket.write("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n");
    await waitFor(() => answers.includes("100 Continue"), { what: "the request under way" });
    socket.write("{");
    return {
      socket,
      async ask(text) {
        answers = "";
        socket.write(text);
        await waitFor(() => /\r\n\r\n.*\}/s.test(answers), { what: "an answer" });
        return answers;
      },
    };
  }

  it("leave open connections alone when what is read again is the same", async () => {
    const { socket, ask } = await busyConnection();
    expect(await ask("}")).toMatch(/^HTTP\/1\.1 200 /);
    expect(service.security.reload()).toEqual([]);
    expect(await ask("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")).toMatch(/connection: keep-alive/i);
    socket.destroy();
  });

  it("end what they let in before, a busy connection included, once others are named", async () => {
    const { socket, ask } = await busyConnection();
    copyFileSync(other.caFile, caFile);
    expect(service.security.reload()).toEqual([]);
    expect(await ask("}")).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")).toMatch(/connection: close/i);
    await waitFor(() => socket.destroyed, { what: "the end of the connection" });
    const { cert, key } = client;
    expect((await service.ask("/", { tls: { ca: ours.ca, cert, key } })).status).toBe(401);
  });
});
