import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ClientCertificate } from "../auth/certificate-names.js";

interface Known {
  readonly certificate: ClientCertificate | undefined;
  /** ms since the epoch. */
  readonly validTo: number;
}

/** Of each connection once: reading a certificate costs more than all else of a request's authentication. */
const KNOWN = new WeakMap<Socket, Known>();

/** The certificate that the client showed, if an authority named in http.tls.client_ca_file signed it and it is valid now. */
export function certificateOf(socket: Socket): ClientCertificate | undefined {
  // A connection may outlive the certificate it began with.
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = KNOWN.get(socket) ?? read(socket);
  KNOWN.set(socket, known);
  return known.validTo > Date.now() ? known.certificate : undefined;
}

function read(socket: TLSSocket): Known {
  const peer = socket.getPeerCertificate();
  // Without a certificate node gives an object without any key.
  if (!("fingerprint256" in peer)) return { certificate: undefined, validTo: 0 };
  const certificate = {
    commonName: peer.subject.CN,
    subjectAltName: peer.subjectaltname,
    fingerprint: peer.fingerprint256,
  };
  return { certificate, validTo: Date.parse(peer.valid_to) };
}
