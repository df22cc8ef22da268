import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { sessionIssuer, sessionName } from "./actor.js";
import { isIpAddress } from "./ip-address.js";
import { REQUEST_PARAMETERS, type ParamName, type Params } from "./parameters.js";
import { RELATED_KINDS, type Related, type RelatedKind } from "./types.js";

/** Values kept of one kind, and of one promoted parameter; more is named in `event.truncated`. */
export const MAX_INDICATORS = 100;
/** Longer values are no indicators; `event.truncated` names the list they were left out of. */
const MAX_LENGTH = 1024;

export interface Indicators {
  readonly related: Related | undefined;
  readonly params: Params | undefined;
  /** Lists that were cut, as field names (`related.arn`). */
  readonly truncated: readonly string[] | undefined;
}

type Lists = { -readonly [K in RelatedKind]?: string[] };
type ParamLists = { -readonly [K in ParamName]?: string | string[] };

class Collector {
  readonly lists: Lists = {};
  readonly params: ParamLists = {};
  truncated: string[] | undefined;

  add(kind: RelatedKind, value: JsonValue | undefined): void {
    if (typeof value !== "string" || value === "") return;
    const list = this.lists[kind];
    if (list?.includes(value) === true) return;
    if (value.length > MAX_LENGTH || (list?.length ?? 0) >= MAX_INDICATORS) this.#cut(`related.${kind}`);
    else if (list === undefined) this.lists[kind] = [value];
    else list.push(value);
  }

  param(name: ParamName, value: string): void {
    const held = this.params[name];
    if (value === "" || held === value) return;
    if (value.length > MAX_LENGTH) this.#cut(`params.${name}`);
    else if (held === undefined) this.params[name] = value;
    else if (typeof held === "string") this.params[name] = [held, value];
    else if (held.length >= MAX_INDICATORS) this.#cut(`params.${name}`);
    else if (!held.includes(value)) held.push(value);
  }

  #cut(field: string): void {
    if (this.truncated === undefined) this.truncated = [field];
    else if (!this.truncated.includes(field)) this.truncated.push(field);
  }
}

/** Finds the indicators of a record, and its promoted parameters, in one pass over the places that hold them. */
export function toIndicators(record: JsonObject): Indicators {
  const found = new Collector();
  const identity = own(record, "userIdentity");
  if (isJsonObject(identity)) fromIdentity(found, identity);
  else if (typeof identity === "string" && identity.startsWith("arn:")) found.add("arn", identity);
  found.add("account", own(record, "recipientAccountId"));
  found.add("account", own(record, "accountId"));
  found.add("account", own(record, "vpcEndpointAccountId"));
  fromAddress(found, own(record, "sourceIPAddress"));
  const request = own(record, "requestParameters");
  if (isJsonObject(request)) fromRequest(found, request, own(record, "eventSource"));
  const response = own(record, "responseElements");
  if (isJsonObject(response)) fromResponse(found, response);
  const resources = own(record, "resources");
  if (Array.isArray(resources)) fromResources(found, resources as readonly JsonValue[]);
  const tls = own(record, "tlsDetails");
  if (isJsonObject(tls)) found.add("hosts", own(tls, "clientProvidedHostHeader"));
  return { related: related(found.lists), params: params(found.params), truncated: found.truncated };
}

function fromIdentity(found: Collector, identity: JsonObject): void {
  found.add("arn", own(identity, "arn"));
  found.add("account", own(identity, "accountId"));
  found.add("access_key", own(identity, "accessKeyId"));
  found.add("user", own(identity, "userName"));
  const session = sessionName(identity);
  if (session !== undefined) found.add(session.startsWith("i-") ? "instance" : "user", session);
  const issuer = sessionIssuer(identity);
  if (issuer === undefined) return;
  found.add("arn", own(issuer, "arn"));
  found.add("account", own(issuer, "accountId"));
  found.add(own(issuer, "type") === "Role" ? "role" : "user", own(issuer, "userName"));
}

/** An address, or the name of a service; "AWS Internal" is neither. */
function fromAddress(found: Collector, address: JsonValue | undefined): void {
  if (typeof address !== "string") return;
  if (isIpAddress(address)) found.add("ip", address);
  else if (address.includes(".") && !address.includes(" ")) found.add("hosts", address);
}

function fromRequest(found: Collector, request: JsonObject, eventSource: JsonValue | undefined): void {
  for (const key in request) {
    const value = request[key];
    if (value === undefined || value === null) continue;
    const use = REQUEST_PARAMETERS.get(key);
    if (use === undefined) {
      if (typeof value === "string" && value.startsWith("arn:")) fromArn(found, value);
      continue;
    }
    if (typeof value === "string" || typeof value === "number") take(found, use.param, use.related, value);
    else if (Array.isArray(value)) {
      for (const element of value as readonly JsonValue[]) {
        if (typeof element === "string" || typeof element === "number")
          take(found, use.param, use.related, element);
      }
    }
  }
  if (eventSource === "cloudtrail.amazonaws.com") {
    const name = own(request, "name");
    if (typeof name === "string") found.param("trail_name", name);
  }
  fromInstances(found, own(request, "instancesSet"));
}

function take(
  found: Collector,
  param: ParamName | undefined,
  kind: RelatedKind | undefined,
  value: string | number,
): void {
  const text = typeof value === "string" ? value : String(value);
  if (param !== undefined) found.param(param, text);
  if (kind !== undefined) found.add(kind, text);
  if (text.startsWith("arn:")) fromArn(found, text);
}

function fromResponse(found: Collector, response: JsonObject): void {
  const key = own(response, "accessKey");
  if (isJsonObject(key)) {
    const id = own(key, "accessKeyId");
    found.add("access_key", id);
    if (typeof id === "string") found.param("access_key_id", id);
    found.add("user", own(key, "userName"));
  }
  const credentials = own(response, "credentials");
  if (isJsonObject(credentials)) found.add("access_key", own(credentials, "accessKeyId"));
  const assumed = own(response, "assumedRoleUser");
  if (isJsonObject(assumed)) found.add("arn", own(assumed, "arn"));
  for (const name of ["role", "user"] as const) {
    const made = own(response, name);
    if (!isJsonObject(made)) continue;
    found.add("arn", own(made, "arn"));
    found.add(name, own(made, name === "role" ? "roleName" : "userName"));
  }
  fromInstances(found, own(response, "instancesSet"));
}

/** `{items: [{instanceId}]}`, as EC2 has it in requests and responses. */
function fromInstances(found: Collector, set: JsonValue | undefined): void {
  const items = isJsonObject(set) ? own(set, "items") : undefined;
  if (!Array.isArray(items)) return;
  for (const item of items as readonly JsonValue[]) {
    const id = isJsonObject(item) ? own(item, "instanceId") : undefined;
    if (typeof id !== "string") continue;
    found.add("instance", id);
    found.param("instance_id", id);
  }
}

function fromResources(found: Collector, resources: readonly JsonValue[]): void {
  for (const resource of resources) {
    if (!isJsonObject(resource)) continue;
    const arn = own(resource, "ARN") ?? own(resource, "arn");
    if (typeof arn === "string") fromArn(found, arn);
    found.add("account", own(resource, "accountId"));
  }
}

const BUCKET_ARN = ":s3:::";

/** An ARN, and the bucket, role or instance that it names. */
function fromArn(found: Collector, arn: string): void {
  found.add("arn", arn);
  const bucket = arn.indexOf(BUCKET_ARN);
  if (bucket > 0) {
    const start = bucket + BUCKET_ARN.length;
    const slash = arn.indexOf("/", start);
    found.add("bucket", slash < 0 ? arn.slice(start) : arn.slice(start, slash));
  } else if (arn.includes(":role/")) {
    found.add("role", arn.slice(arn.lastIndexOf("/") + 1));
  } else if (arn.includes(":instance/i-")) {
    found.add("instance", arn.slice(arn.lastIndexOf("/") + 1));
  }
}

/** In the order of RELATED_KINDS, so that equal events give equal text. */
function related(lists: Lists): Related | undefined {
  let result: Lists | undefined;
  for (const kind of RELATED_KINDS) {
    const list = lists[kind];
    if (list !== undefined) (result ??= {})[kind] = list;
  }
  return result;
}

function params(found: ParamLists): Params | undefined {
  for (const _name in found) return found;
  return undefined;
}
