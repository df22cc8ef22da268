import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // What else there is depends on the kind; tests reach into it.
  [key: string]: any;
}

/** What this project uses of Kustomize's files. */
interface Kustomization {
  readonly kind: "Kustomization" | "Component";
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
  readonly configMapGenerator?: readonly {
    readonly name: string;
    readonly behavior?: "merge";
    readonly files: readonly string[];
  }[];
  readonly patches?: readonly {
    readonly path?: string;
    readonly patch?: string;
    readonly target: { readonly kind: string; readonly name: string };
  }[];
}

const KNOWN_KEYS = [
  "apiVersion",
  "kind",
  "namespace",
  "resources",
  "components",
  "images",
  "configMapGenerator",
  "patches",
];
const CLUSTER_WIDE = new Set(["Namespace"]);

/** Lists whose entries are merged by a key, as Kubernetes does for pods. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  env: "name",
};

/** Kubernetes reads YAML 1.1: `0440` is octal. */
export function readManifests(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]!.message}`);
    return document.toJS() as Manifest;
  });
}

/**
 * What `kubectl kustomize FOLDER` prints, without the hashes in the names of ConfigMaps: the parts of Kustomize that
 * deploy/ uses, so that the manifests are tested where Kustomize is not installed.
 *
 * @param more components that the overlay has in comments.
 */
export function render(folder: string, more: readonly string[] = []): Manifest[] {
  const manifests: Manifest[] = [];
  const file = join(folder, "kustomization.yaml");
  const kustomization = parse(readFileSync(file, "utf8")) as Kustomization;
  const unknown = Object.keys(kustomization).filter((key) => !KNOWN_KEYS.includes(key));
  if (unknown.length > 0) throw new Error(`${file}: ${unknown.join(", ")} is not known here`);
  lay(kustomization, folder, manifests);
  for (const component of more) {
    const at = join(folder, component);
    lay(parse(readFileSync(join(at, "kustomization.yaml"), "utf8")) as Kustomization, at, manifests);
  }
  for (const manifest of manifests) {
    const { kind, metadata } = manifest;
    if (kustomization.namespace !== undefined && !CLUSTER_WIDE.has(kind)) {
      metadata.namespace = kustomization.namespace;
    }
  }
  return manifests;
}

function lay(kustomization: Kustomization, folder: string, manifests: Manifest[]): void {
  for (const resource of kustomization.resources ?? []) {
    const path = join(folder, resource);
    manifests.push(...(resource.endsWith(".yaml") ? readManifests(path) : render(path)));
  }
  for (const { name, behavior, files } of kustomization.configMapGenerator ?? []) {
    const data = Object.fromEntries(
      files.map((path) => [basename(path), readFileSync(join(folder, path), "utf8")]),
    );
    const there = manifests.find((m) => m.kind === "ConfigMap" && m.metadata.name === name);
    if ((behavior === "merge") !== (there !== undefined)) throw new Error(`ConfigMap ${name}: ${behavior}`);
    if (there === undefined) {
      manifests.push({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
    } else Object.assign(there["data"], data);
  }
  for (const component of kustomization.components ?? []) {
    const path = join(folder, component);
    lay(parse(readFileSync(join(path, "kustomization.yaml"), "utf8")) as Kustomization, path, manifests);
  }
  for (const { path, patch, target } of kustomization.patches ?? []) {
    const kinds = new RegExp(`^(${target.kind})$`);
    const targets = manifests.filter((m) => kinds.test(m.kind) && m.metadata.name === target.name);
    if (targets.length === 0) throw new Error(`${folder}: a patch for ${target.kind} finds nothing`);
    for (const manifest of targets) {
      if (path !== undefined) {
        const [laid] = readManifests(join(folder, path));
        merge(manifest, { ...laid!, apiVersion: manifest.apiVersion, kind: manifest.kind });
      } else addTo(manifest, parse(patch!) as readonly JsonPatch[]);
    }
  }
  for (const { name, newName, newTag } of kustomization.images ?? []) {
    for (const container of manifests.flatMap((m) => m["spec"]?.template?.spec?.containers ?? [])) {
      if (container.image === name) container.image = `${newName}:${newTag}`;
    }
  }
}

interface JsonPatch {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

/** Appends to lists: nothing else is used. */
function addTo(manifest: Manifest, patches: readonly JsonPatch[]): void {
  for (const { op, path, value } of patches) {
    const keys = path.split("/").slice(1);
    if (op !== "add" || keys.pop() !== "-") throw new Error(`${op} ${path} is not known here`);
    let list: any = manifest;
    for (const key of keys) list = list[key];
    list.push(value);
  }
}

function merge(into: any, patch: any): void {
  for (const [key, value] of Object.entries<any>(patch)) {
    const mergeKey = MERGE_KEYS[key];
    if (mergeKey !== undefined && Array.isArray(into[key])) {
      for (const entry of [...value].reverse()) {
        const there = into[key].find((other: any) => other[mergeKey] === entry[mergeKey]);
        if (there === undefined) into[key].unshift(entry);
        else merge(there, entry);
      }
    } else if (isMap(value) && isMap(into[key])) merge(into[key], value);
    else into[key] = structuredClone(value);
  }
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
