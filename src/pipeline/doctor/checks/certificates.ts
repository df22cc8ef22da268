import { connect } from "node:tls";
import type { Check } from "../checks.js";
import { fail, ok, SkippedError, warn } from "../finding.js";

const DAY_MS = 86_400_000;
const WARN_DAYS = 14;
const TIMEOUT_MS = 5_000;

/** Of TrailTag and of OpenSearch, as whoever connects is shown them. */
export const certificatesCheck: Check = async (context) => {
  const { config, url, peers } = context.options;
  const node =
    typeof config === "string" || config.store.kind === "files" ? undefined : config.opensearch.node;
  const urls = [url, ...peers, ...(node === undefined ? [] : [node])].filter((each) =>
    each.startsWith("https:"),
  );
  if (urls.length === 0) throw new SkippedError("Nothing of it speaks TLS.");
  const found = (await Promise.all(urls.map(expiryOf))).filter((each) => each !== undefined);
  const next = found.sort((a, b) => a.expires - b.expires)[0];
  if (next === undefined) throw new SkippedError(`No certificate was shown at ${urls.join(", ")}.`);
  const days = Math.floor((next.expires - Date.now()) / DAY_MS);
  const todo = "Put a new certificate in place; TrailTag reads its own again on SIGHUP.";
  if (next.expires <= Date.now()) return fail(`The certificate of ${next.host} has expired.`, todo);
  if (days < WARN_DAYS) return warn(`The certificate of ${next.host} expires in ${days} days.`, todo);
  return ok(`The next certificate to expire, that of ${next.host}, does so in ${days} days.`);
};

function expiryOf(url: string): Promise<{ readonly host: string; readonly expires: number } | undefined> {
  const { hostname, port, host } = new URL(url);
  const address = hostname.replace(/^\[|\]$/gu, "");
  const isName = !/^[\d.]+$|:/u.test(address);
  return new Promise((resolve) => {
    // It is looked at whoever signed it: an expired one must be seen too. Nothing is sent.
    const socket = connect({
      host: address,
      port: Number(port === "" ? 443 : port),
      rejectUnauthorized: false,
      ...(isName ? { servername: address } : {}),
    });
    const done = (expires?: number): void => {
      socket.destroy();
      resolve(expires === undefined || Number.isNaN(expires) ? undefined : { host, expires });
    };
    socket.setTimeout(TIMEOUT_MS, () => done());
    socket.on("error", () => done());
    socket.on("secureConnect", () => done(Date.parse(socket.getPeerCertificate().valid_to)));
  });
}
