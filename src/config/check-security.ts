import type { Config } from "./types.js";

/** @returns never: it ends the loading with a diagnostic on the key. */
export type Refuse = (path: readonly string[], message: string, hint: string) => never;

interface Checked {
  readonly host: string;
  readonly http: Pick<Config["http"], "tls">;
  readonly auth: Config["auth"];
  /** By key: URLs that somebody may have put a password into. */
  readonly urls: Readonly<Record<string, string | undefined>>;
}

/** Rules across keys on who may come in, and by what way. */
export function checkSecurity({ host, http, auth, urls }: Checked, refuse: Refuse): void {
  const { mode, credentials_file } = auth;
  const asked = mode !== undefined && mode !== "none";
  if (mode === undefined && !isLoopback(host)) {
    refuse(
      ["http", "listen"],
      `Listening on ${host} would let anyone on the network write events.`,
      'Set auth.mode (docs/authentication.md), listen on 127.0.0.1, or write out "auth.mode: none" if something else guards the port.',
    );
  }
  if (asked && credentials_file === undefined) {
    refuse(
      ["auth", "mode"],
      `auth.mode is ${mode}, and nothing says who may come in.`,
      "Name a file in auth.credentials_file; `trailtag auth` makes its entries.",
    );
  }
  if (!asked && credentials_file !== undefined) {
    refuse(
      ["auth", "credentials_file"],
      `auth.credentials_file is set, and auth.mode is ${mode ?? "not"}: nobody would be asked.`,
      "Set auth.mode to api_key, basic or mtls.",
    );
  }
  const { cert_file, client_ca_file } = http.tls;
  if (client_ca_file !== undefined && cert_file === undefined) {
    refuse(
      ["http", "tls", "client_ca_file"],
      "http.tls.client_ca_file needs TLS: there are no client certificates without.",
      "Set http.tls.cert_file and http.tls.key_file.",
    );
  }
  if (mode === "mtls" && client_ca_file === undefined) {
    refuse(
      ["auth", "mode"],
      "auth.mode is mtls, and no authority is named whose client certificates count.",
      "Set http.tls.client_ca_file, cert_file and key_file.",
    );
  }
  for (const [key, url] of Object.entries(urls)) {
    if (url !== undefined && hasCredentials(url)) {
      refuse(
        key.split("."),
        `${key} holds a user name or a password: whoever reads the configuration would have it.`,
        "Take it out of the URL; opensearch.username, password_file and password_env are for it.",
      );
    }
  }
}

/** Addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return text.includes("@");
  const { username, password } = new URL(text);
  return username !== "" || password !== "";
}
