import { createHash, createHmac } from "node:crypto";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface SignedOpenSearch {
  readonly url: string;
  /** Requests whose signature was right, and those answered 403. */
  readonly seen: { passed: number; refused: number; paths: string[] };
  /** Key id to secret, and the session token that has to come with it. */
  readonly keys: Map<string, { readonly secret: string; readonly token?: string }>;
  close(): Promise<void>;
}

/**
 * Stands in for Amazon OpenSearch Service: it checks each signature as AWS's documentation says, by code of its own,
 * and passes what is signed on to the real OpenSearch. As `aoss` it lacks what OpenSearch Serverless lacks (`GET /`,
 * refresh, ISM) and refuses a signed Content-Length. It is no AWS: only what is documented is in it.
 */
export async function startSignedOpenSearch(
  target: string,
  service: "es" | "aoss",
  region = "eu-central-1",
): Promise<SignedOpenSearch> {
  const seen = { passed: 0, refused: 0, paths: [] as string[] };
  const keys: SignedOpenSearch["keys"] = new Map();
  const server = createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const why = fault(req, body);
      const path = req.url ?? "/";
      seen.paths.push(`${req.method} ${path.split("?")[0]}`);
      if (why !== undefined) {
        seen.refused++;
        res.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify({ message: why }));
        return;
      }
      seen.passed++;
      if (service === "aoss" && (path === "/" || path.includes("_refresh") || path.includes("_plugins"))) {
        res.writeHead(404, { "content-type": "application/json" }).end('{"status":404}');
        return;
      }
      const headers = { ...req.headers, host: new URL(target).host };
      const onward = request(`${target}${path}`, { method: req.method, headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      onward.on("error", () => res.destroy());
      onward.end(body);
    })();
  });

  /** Undefined when the signature is right. */
  function fault(req: IncomingMessage, body: Buffer): string | undefined {
    const form =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
    const [, id = "", day = "", inRegion, forService, names = "", signature] =
      form.exec(req.headers.authorization ?? "") ?? [];
    const key = keys.get(id);
    if (key === undefined) return "The security token included in the request is invalid.";
    if (inRegion !== region || forService !== service)
      return "Credential should be scoped to a valid region.";
    if (req.headers["x-amz-security-token"] !== key.token) return "The security token is invalid.";
    const time = String(req.headers["x-amz-date"]);
    const at = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(Date.now() - at) < 300_000) || !time.startsWith(day)) return "Signature expired.";
    const list = names.split(";");
    const must = ["host", ...Object.keys(req.headers).filter((name) => name.startsWith("x-amz-"))];
    if (must.some((name) => !list.includes(name))) return "Headers are not signed.";
    if (service === "aoss" && list.includes("content-length")) return "Content-Length must not be signed.";
    const hash = createHash("sha256").update(body).digest("hex");
    if (req.headers["x-amz-content-sha256"] !== hash) return "The body is not what was signed.";
    const rfc3986 = (text: string) =>
      [...Buffer.from(text)]
        .map((byte) => {
          const char = String.fromCharCode(byte);
          return /[A-Za-z0-9\-._~]/.test(char)
            ? char
            : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
        })
        .join("");
    const url = req.url ?? "/";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const pairs = (mark < 0 ? [] : url.slice(mark + 1).split("&")).map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return `${rfc3986(decodeURIComponent(name))}=${rfc3986(decodeURIComponent(value))}`;
    });
    const canonical = [
      req.method,
      path.split("/").map(rfc3986).join("/"),
      pairs.sort().join("&"),
      ...list.map((name) => `${name}:${String(req.headers[name]).trim()}`),
      "",
      names,
      hash,
    ].join("\n");
    const sign = (secret: string | Buffer, text: string) =>
      createHmac("sha256", secret).update(text).digest();
    const signingKey = sign(sign(sign(sign(`AWS4${key.secret}`, day), region), service), "aws4_request");
    const digest = createHash("sha256").update(canonical).digest("hex");
    const text = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/${service}/aws4_request\n${digest}`;
    if (sign(signingKey, text).toString("hex") === signature) return undefined;
    return "The request signature we calculated does not match the signature you provided.";
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    keys,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
