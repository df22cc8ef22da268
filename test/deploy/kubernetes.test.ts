import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/types.js";
import { loadRuleState, toRuleSources } from "../../src/pipeline/rule-state.js";
import { commandPath } from "../harness/requirements.js";
import { render, type Manifest } from "./kustomize.js";
import { ROOT } from "./read-unit.js";

const FOLDER = join(ROOT, "deploy/kubernetes");
const OPTIONAL = ["../../components/tls", "../../components/service-monitor"];
const operating = readFileSync(join(ROOT, "docs/operating.md"), "utf8");
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

describe.each([
  ["overlays/spool", []],
  ["overlays/spool", OPTIONAL],
  ["overlays/stateless", []],
  ["overlays/stateless", OPTIONAL],
])("deploy/kubernetes/%s with %j", (overlay, components) => {
  const folder = join(FOLDER, overlay);
  const manifests = render(folder, components);
  const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
  const [workload] = [...ofKind("StatefulSet"), ...ofKind("Deployment")];
  const { metadata: podMetadata, spec: pod } = workload!["spec"].template;
  const [container] = pod.containers;
  const claims: any[] = workload!["spec"].volumeClaimTemplates ?? [];
  const configMap = (name: string): Record<string, string> =>
    ofKind("ConfigMap").find((manifest) => manifest.metadata.name === name)!["data"];
  const mountOf = (volume: string): string =>
    container.volumeMounts.find((mount: any) => mount.name === volume).mountPath;

  let dir: string;
  let config: Config;

  /** Paths in the pod, as they are below `dir`. */
  const here = (path: string): string => join(dir, path);
  /** A ConfigMap is mounted as links into a hidden folder, which is swapped as a whole. */
  function mount(path: string, data: Readonly<Record<string, string>>): void {
    const hidden = here(`${path}/..2026_11_23_10_00_00.1`);
    mkdirSync(hidden, { recursive: true });
    symlinkSync("..2026_11_23_10_00_00.1", here(`${path}/..data`));
    for (const [name, text] of Object.entries(data)) {
      writeFileSync(join(hidden, name), text.replaceAll("/etc/trailtag", here("/etc/trailtag")));
      symlinkSync(`..data/${name}`, here(`${path}/${name}`));
    }
  }

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "trailtag-kubernetes-"));
    for (const { name, configMap: source } of pod.volumes) {
      if (source !== undefined) mount(mountOf(name), configMap(source.name));
    }
    mount(mountOf("secrets"), {
      "opensearch-password": "secret\n",
      "opensearch-ca.crt": "",
      "credentials.yml": "",
    });
    const files = container.args
      .filter((arg: string) => arg.startsWith("--config="))
      .map((arg: string) => here(arg.slice("--config=".length)));
    config = loadConfig({ files, env: {}, flags: {} });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("has one workload, in the namespace, of the package's version", () => {
    expect(ofKind("StatefulSet").length + ofKind("Deployment").length).toBe(1);
    for (const { kind, metadata } of manifests) {
      expect([kind, kind === "Namespace" ? metadata.name : metadata.namespace]).toEqual([kind, "trailtag"]);
    }
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(container.image).toBe(`registry.example/trailtag:${version}`);
  });

  it("selects its own pods everywhere", () => {
    const selectors = [
      workload!["spec"].selector.matchLabels,
      ...ofKind("Service").map((service) => service["spec"].selector),
      ...ofKind("PodDisruptionBudget").map((budget) => budget["spec"].selector.matchLabels),
      ...ofKind("NetworkPolicy").map((policy) => policy["spec"].podSelector.matchLabels),
      ...pod.topologySpreadConstraints.map((constraint: any) => constraint.labelSelector.matchLabels),
    ];
    for (const selector of selectors) {
      expect(Object.keys(selector).length).toBeGreaterThan(0);
      expect(podMetadata.labels).toMatchObject(selector);
    }
    for (const monitor of ofKind("ServiceMonitor")) {
      const found = ofKind("Service").filter((service) =>
        Object.entries(monitor["spec"].selector.matchLabels).every(
          ([label, value]) => service.metadata.labels?.[label] === value,
        ),
      );
      expect(found.map((service) => service.metadata.name)).toEqual(["trailtag-pods"]);
      expect(found[0]!["spec"].ports[0].name).toBe(monitor["spec"].endpoints[0].port);
    }
  });

  it("names ports that are there, and listens on the one that is published", () => {
    const names = container.ports.map((port: any) => port.name);
    const used = [
      ...ofKind("Service").flatMap((service) => service["spec"].ports.map((port: any) => port.targetPort)),
      ...ofKind("NetworkPolicy").flatMap((policy) =>
        policy["spec"].ingress.flatMap((rule: any) => rule.ports.map((port: any) => port.port)),
      ),
      ...["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => container[probe].httpGet.port),
    ];
    expect([...new Set(used)]).toEqual(names);
    expect(config.http.listen).toEqual({ host: "0.0.0.0", port: container.ports[0].containerPort });
    const egress = ofKind("NetworkPolicy")[0]!["spec"].egress.flatMap((rule: any) => rule.ports);
    expect(egress.map((port: any) => String(port.port))).toContain(new URL(config.opensearch.node!).port);
  });

  it("asks /healthz whether it lives and /readyz whether it takes events, in the scheme that it speaks", () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe.httpGet.path)).toEqual([
      "/healthz",
      "/healthz",
      "/readyz",
    ]);
    const tls = config.http.tls.cert_file !== undefined;
    expect(tls).toBe(components.includes("../../components/tls"));
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      expect(probe.httpGet.scheme ?? "HTTP").toBe(tls ? "HTTPS" : "HTTP");
    }
  });

  it("mounts every volume, and has every volume that it mounts", () => {
    const volumes = [
      ...pod.volumes.map((volume: any) => volume.name),
      ...claims.map((claim) => claim.metadata.name),
    ];
    expect(container.volumeMounts.map((each: any) => each.name).sort()).toEqual(volumes.sort());
    for (const { configMap: source } of pod.volumes) {
      if (source !== undefined) expect(Object.keys(configMap(source.name)).length).toBeGreaterThan(0);
    }
    expect(ofKind("ConfigMap")).toHaveLength(pod.volumes.filter((volume: any) => volume.configMap).length);
  });

  it("takes secrets from files that the docs tell how to make", () => {
    const read = [
      config.auth.credentials_file,
      config.opensearch.ca_file,
      `${here(mountOf("secrets"))}/opensearch-password`,
    ];
    for (const path of read) {
      const prefix = `${here(mountOf("secrets"))}/`;
      expect(path!.startsWith(prefix)).toBe(true);
      const key = path!.slice(prefix.length);
      expect([key, operating.includes(`--from-file=${key}=`)]).toEqual([key, true]);
    }
    expect(config.opensearch.password).toBe("secret");
    for (const { secret } of pod.volumes) {
      if (secret === undefined) continue;
      const made = new RegExp(`create secret (generic|tls) ${secret.secretName}\\b`).test(operating);
      expect([secret.secretName, made, secret.defaultMode]).toEqual([secret.secretName, true, 0o440]);
    }
    for (const monitor of ofKind("ServiceMonitor")) {
      const { name, key } = monitor["spec"].endpoints[0].authorization.credentials;
      expect(operating).toMatch(new RegExp(`generic ${name} .*--from-file=${key}=`));
    }
  });

  it("has rules, lists and exceptions that load from mounted ConfigMaps, each once", async () => {
    const state = await loadRuleState(toRuleSources(config));
    expect(state.loaded.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect([...state.byId.keys()]).toContain("Example.CloudTrail.Trail.Deleted");
    expect(state.lists.size).toBe(1);
    expect(state.exceptions).toHaveLength(1);
  });

  it("is given the time to finish, and to drain", () => {
    const [, before] = container.lifecycle.preStop.exec.command;
    const spool = config.spool.mode === "on" ? config.spool.drain_on_stop_ms : 0;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      Number(before) + 20 + spool / 1_000 + 10,
    );
  });

  it("keeps a spool on its own volume, or keeps none", () => {
    if (workload!.kind === "Deployment") {
      expect(config.spool.mode).toBe("off");
      expect(claims).toEqual([]);
      expect(ofKind("HorizontalPodAutoscaler")[0]!["spec"].scaleTargetRef).toEqual({
        apiVersion: workload!.apiVersion,
        kind: workload!.kind,
        name: workload!.metadata.name,
      });
      return;
    }
    expect(config.spool.mode).toBe("on");
    expect(config.spool.drain_on_stop_ms).toBeGreaterThan(0);
    expect(config.spool.dir.startsWith(`${mountOf(claims[0].metadata.name)}/`)).toBe(true);
    const gib = Number(/^(\d+)Gi$/.exec(claims[0].spec.resources.requests.storage)![1]);
    expect(config.spool.max_bytes).toBeLessThan(gib * 2 ** 30 * 0.85);
    expect(workload!["spec"]).toMatchObject({
      podManagementPolicy: "Parallel",
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    expect(ofKind("Service").map((service) => service.metadata.name)).toContain(
      workload!["spec"].serviceName,
    );
  });

  it("runs without rights, in what memory the project promises", () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.resources.requests.memory).toBe("512Mi");
    const limit = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)![1]);
    const heap = Number(/--max-old-space-size=(\d+)/.exec(container.env[0].value)![1]);
    expect(heap).toBeLessThan(limit * 0.6);
    expect(ofKind("Namespace")[0]!.metadata.labels!["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    expect(ofKind("ServiceAccount")[0]!.metadata.name).toBe(pod.serviceAccountName);
  });

  // Where it is installed; what is above holds everywhere.
  const kubectl = commandPath("kubectl");
  if (kubectl !== undefined) it("is what kubectl makes of it", () => expectSameAs(kubectl));

  function expectSameAs(command: string): void {
    const copy = here("copy");
    cpSync(FOLDER, copy, { recursive: true });
    const file = join(copy, overlay, "kustomization.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      components.reduce((done, component) => done.replace(`# - ${component}`, `- ${component}`), text),
    );
    const out = execFileSync(command, ["kustomize", join(copy, overlay)], { encoding: "utf8" });
    // The hashes that Kustomize puts into names.
    const theirs = parseAllDocuments(out.replace(/(name: trailtag-\w+)-[a-z0-9]{10}$/gm, "$1")).map(
      (document) => document.toJS() as Manifest,
    );
    const byName = (a: Manifest, b: Manifest): number =>
      `${a.kind}/${a.metadata.name}` < `${b.kind}/${b.metadata.name}` ? -1 : 1;
    expect([...manifests].sort(byName)).toEqual(theirs.sort(byName));
  }
});
