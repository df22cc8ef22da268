import type { FieldReference } from "../field.js";
import type { Positions } from "../positions.js";
import type { ElasticField } from "./field-map.js";
import { lookUpField } from "./field-problem.js";
import type { TomlPath } from "./text-position.js";
import type { TomlSource } from "./toml-source.js";

/** The fields that a rule names outside its query, and where its parts stand. */
export class RuleFields {
  readonly #source: TomlSource;
  readonly #positions: Positions | undefined;

  constructor(source: TomlSource, positions: Positions | undefined) {
    this.#source = source;
    this.#positions = positions;
  }

  readonly place = (part: object, path: TomlPath): void => {
    this.#positions?.set(part, this.#source.places.valueAt(path));
  };

  /** A part of a text, by its offset. */
  readonly placeInString = (part: object, path: TomlPath, offset: number): void => {
    this.#positions?.set(part, this.#source.places.inString(path, offset));
  };

  readonly target = (name: string, path: TomlPath): ElasticField => {
    const { field, problem } = lookUpField(name, 0);
    const at = this.#source.places.valueAt(path);
    if (problem !== undefined)
      this.#source.report(problem.code, at, problem.message, problem.hint, problem.severity);
    this.place(field.field, path);
    return field;
  };

  readonly reference = (name: string, path: TomlPath): FieldReference => this.target(name, path).field;
}
