import { isLoopback } from "../../../config/check-security.js";
import type { Check } from "../checks.js";
import { ok, warn } from "../finding.js";

export const listeningCheck: Check = (context) => {
  const { http, auth } = context.config();
  const { host, port } = http.listen;
  if (isLoopback(host))
    return Promise.resolve(ok(`It listens on ${host}, which this machine alone reaches.`));
  if (auth.mode === "none" || auth.mode === undefined) {
    const message = `It listens on ${host}:${port}, and whoever reaches it may write events and acknowledge alerts.`;
    return Promise.resolve(warn(message, "Set auth.mode, or make sure that something else guards the port."));
  }
  if (auth.mode !== "mtls" && http.tls.cert_file === undefined) {
    const message = `It listens on ${host}:${port} without TLS: keys and passwords cross the network in the open.`;
    return Promise.resolve(warn(message, "Set http.tls, unless what stands in front of it speaks TLS."));
  }
  return Promise.resolve(ok(`It listens on ${host}:${port}, and wants credentials (${auth.mode}).`));
};
