/** One entry of an index pattern's `fields`, in the key order in which Dashboards writes it. */
export interface FieldSpec {
  readonly count: 0;
  readonly name: string;
  readonly type: string;
  /** Absent for the meta fields that `_field_caps` does not name. */
  readonly esTypes?: readonly string[];
  readonly scripted: false;
  readonly searchable: boolean;
  readonly aggregatable: boolean;
  readonly readFromDocValues: boolean;
  readonly subType?: {
    readonly multi?: { readonly parent: string };
    readonly nested?: { readonly path: string };
  };
}

/** The part of an OpenSearch mapping that decides how Dashboards sees a field. */
export interface MappingNode {
  readonly type?: string;
  readonly enabled?: boolean;
  readonly index?: boolean;
  readonly doc_values?: boolean;
  readonly fielddata?: boolean;
  readonly path?: string;
  readonly properties?: Readonly<Record<string, MappingNode>>;
  readonly fields?: Readonly<Record<string, MappingNode>>;
}

/** A column of figures: how many documents, how many different values, or the sum of a field. */
export type Metric =
  | { readonly kind: "count"; readonly label: string }
  | { readonly kind: "distinct" | "sum"; readonly field: string; readonly label: string };

/** Splits what is counted by the values of a field. */
export interface Split {
  readonly field: string;
  readonly label: string;
  readonly size?: number;
  /** Number field whose greatest value orders the parts (the gravest first); else the most frequent first. */
  readonly orderByMax?: string;
  /** Label for documents without the field; left out, they are not shown. Text fields of kind keyword only. */
  readonly missing?: string;
}

interface PanelBase {
  /** Last part of the saved object's id. */
  readonly id: string;
  /** The question that the panel answers. */
  readonly title: string;
  readonly description: string;
  /** Of 48 columns. */
  readonly width: number;
  /** In the query language of the search bar; all documents when left out. */
  readonly query?: string;
}

export type Panel = PanelBase &
  (
    | { readonly kind: "figures"; readonly metrics: readonly Metric[]; readonly by?: Split }
    | { readonly kind: "timeline"; readonly metric: Metric; readonly split: Split }
    | { readonly kind: "share"; readonly by: Split }
    | { readonly kind: "table"; readonly by: readonly Split[]; readonly metrics: readonly Metric[] }
    | { readonly kind: "cloud"; readonly by: Split }
    | { readonly kind: "text"; readonly markdown: string }
    | { readonly kind: "list"; readonly columns: readonly string[] }
  );

/** Panels side by side, all of one height (grid units of about 20 pixels). */
export interface Row {
  readonly height: number;
  readonly panels: readonly Panel[];
}

export interface DashboardPlan {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly pattern: PatternName;
  /** Shown when the dashboard is opened. */
  readonly timeFrom: string;
  readonly rows: readonly Row[];
}

export type PatternName = "events" | "alerts";

export type SavedObjectType = "index-pattern" | "visualization" | "search" | "dashboard";

export interface Reference {
  readonly name: string;
  readonly type: SavedObjectType;
  readonly id: string;
}

/** One line of an NDJSON export. */
export interface SavedObject {
  readonly id: string;
  readonly type: SavedObjectType;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly migrationVersion: Readonly<Record<string, string>>;
}
