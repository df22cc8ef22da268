import type { Node } from "yaml";
import type { Diagnostic } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import { findFiles } from "../find-files.js";
import { nameOthers } from "../name-others.js";
import { readText, toReadDiagnostic } from "../read-text.js";
import { toLimitDiagnostic } from "./yaml-limit.js";
import { parseYamlSource, type YamlSource } from "./yaml-source.js";

/** One thing that a file defines, under the name that it is known by. */
export interface Defined<T> {
  readonly name: string;
  /** Where the name stands. */
  readonly at: Node | undefined;
  readonly value: T;
}

export interface DefinitionKind<T> {
  /** `list`, for messages. */
  readonly noun: string;
  readonly duplicate: RuleDiagnosticCode;
  /** Of a file, in characters. */
  readonly maxLength?: number;
  /** Reads one file; reports what is wrong and gives what is good. */
  readonly read: (source: YamlSource, path: string) => readonly Defined<T>[];
}

export interface LoadedDefinitions<T> {
  /** In order of name, by code units. */
  readonly values: readonly T[];
  readonly diagnostics: readonly Diagnostic[];
}

const YAML_FILES = /\.ya?ml$/;

/**
 * Loads what YAML files and folders define. Rejects on nothing that a person wrote. Where several claim one name, none
 * of them is loaded: nobody can tell which was meant.
 */
export async function loadDefinitions<T>(
  paths: readonly string[],
  kind: DefinitionKind<T>,
): Promise<LoadedDefinitions<T>> {
  const diagnostics: Diagnostic[] = [];
  const sources: YamlSource[] = [];
  const byName = new Map<
    string,
    { readonly defined: Defined<T>; readonly source: YamlSource; readonly path: string }[]
  >();
  for (const { path } of await findFiles(paths, YAML_FILES, diagnostics)) {
    const text = await readText(path).catch((error: unknown) => {
      diagnostics.push(toReadDiagnostic(error, path));
    });
    if (text === undefined) continue;
    try {
      const separate = `Put them into one document, as items under \`${kind.noun}s:\`, or into files of their own.`;
      const source = parseYamlSource(text, path, kind.maxLength, separate);
      sources.push(source);
      for (const defined of kind.read(source, path)) {
        const same = byName.get(defined.name) ?? [];
        byName.set(defined.name, same);
        same.push({ defined, source, path });
      }
    } catch (error) {
      diagnostics.push(toLimitDiagnostic(error, path));
    }
  }
  for (const [name, same] of byName) {
    if (same.length === 1) continue;
    const paths = same.map(({ path }) => path);
    for (const [i, { defined, source }] of same.entries()) {
      const message = `The name ${name} is also that of ${kind.noun}s in ${nameOthers(paths, i)}; none of them is loaded.`;
      source.report(kind.duplicate, defined.at, message, `Give each ${kind.noun} a name of its own.`);
    }
  }
  const single = [...byName].flatMap(([name, same]) =>
    same.length === 1 ? same.map((one) => [name, one] as const) : [],
  );
  single.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    values: single.map(([, { defined }]) => defined.value),
    diagnostics: [...diagnostics, ...sources.flatMap((source) => source.diagnostics)],
  };
}
