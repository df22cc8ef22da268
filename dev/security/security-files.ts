import { ORGANISATION } from "./certificates.js";

/** opensearch.yml: as the plugin's documentation has it, on 127.0.0.1 alone. */
export const SETTINGS = `network.host: 127.0.0.1
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
plugins.security.ssl.transport.pemcert_filepath: node.pem
plugins.security.ssl.transport.pemkey_filepath: node.key
plugins.security.ssl.transport.pemtrustedcas_filepath: ca.pem
plugins.security.ssl.transport.enforce_hostname_verification: false
plugins.security.ssl.http.enabled: true
plugins.security.ssl.http.clientauth_mode: OPTIONAL
plugins.security.ssl.http.pemcert_filepath: node.pem
plugins.security.ssl.http.pemkey_filepath: node.key
plugins.security.ssl.http.pemtrustedcas_filepath: ca.pem
plugins.security.allow_default_init_securityindex: true
plugins.security.authcz.admin_dn: ["CN=admin,O=${ORGANISATION}"]
plugins.security.nodes_dn: ["CN=node,O=${ORGANISATION}"]
`;

function file(type: string, rest = ""): string {
  return `_meta: {type: "${type}", config_version: 2}\n${rest}`;
}

/** The plugin's own files, but for the roles and who has them. There are no users: tests make theirs. */
export const securityFiles: Readonly<Record<string, string>> = {
  "config.yml": file(
    "config",
    `config:
  dynamic:
    http: {anonymous_auth_enabled: false}
    authc:
      certificate:
        http_enabled: true
        order: 1
        http_authenticator: {type: clientcert, challenge: false, config: {username_attribute: cn}}
        authentication_backend: {type: noop}
      basic:
        http_enabled: true
        order: 2
        http_authenticator: {type: basic, challenge: true}
        authentication_backend: {type: intern}
`,
  ),
  "internal_users.yml": file("internalusers"),
  "action_groups.yml": file("actiongroups"),
  "tenants.yml": file("tenants"),
  "nodes_dn.yml": file("nodesdn"),
};
