// What a dashboard is: the types of Grafana's own SDK, which are made of its schema, and what this project asks for beyond
// them. Only the types of the SDK are used: `make dashboards` needs nothing but Node.

import type * as common from "@grafana/grafana-foundation-sdk/common";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import type * as logs from "@grafana/grafana-foundation-sdk/logs";
import type * as loki from "@grafana/grafana-foundation-sdk/loki";
import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as table from "@grafana/grafana-foundation-sdk/table";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

/** A type of the SDK as JSON has it: members of enums are their texts, and there is no method that marks a query. */
export type Json<T> = 0 extends 1 & T
  ? T
  : T extends string
    ? `${T}`
    : T extends (infer Item)[]
      ? Json<Item>[]
      : T extends object
        ? {
            [Key in keyof T as Key extends "_implementsDataqueryVariant" ? never : Key]: Json<
              T[Key]
            >;
          }
        : T;

type With<T, Key extends keyof T> = T & Required<Pick<T, Key>>;

export type PrometheusQuery = With<
  Json<prometheus.Dataquery>,
  "datasource" | "refId" | "editorMode"
>;
export type LokiQuery = With<Json<loki.dataquery>, "datasource" | "refId" | "editorMode">;

type Field = Json<dashboard.FieldConfig>;
type Override = { matcher: Json<dashboard.MatcherConfig>; properties: OverrideProperty[] };
/** The SDK knows an override's value as anything; these are the ones in use here. */
type OverrideProperty =
  | { id: "color"; value: Json<dashboard.FieldColor> }
  | { id: "links"; value: DataLink[] }
  | { id: "unit"; value: string }
  | { id: "custom.width"; value: number }
  | { id: "custom.fillOpacity"; value: number }
  | { id: "custom.lineStyle"; value: Json<common.LineStyle> };
export type DataLink = { title: string; url: string; targetBlank?: boolean };

/** Every panel has a title, a description and, where there are figures, their unit. */
type PanelOf<Type extends string, Options, Custom, Defaults> = Omit<
  With<Json<dashboard.Panel>, "id" | "title" | "description" | "datasource" | "gridPos">,
  "type" | "targets" | "options" | "fieldConfig"
> & {
  type: Type;
  targets: (PrometheusQuery | LokiQuery)[];
  options: Json<Options>;
  fieldConfig: {
    defaults: Omit<Field, "custom"> & Defaults & { custom?: Json<Custom> };
    overrides: Override[];
  };
};
type Measured = { unit: string };

export type Timeseries = PanelOf<
  "timeseries",
  timeseries.Options,
  timeseries.FieldConfig,
  Measured
>;
export type Stat = PanelOf<"stat", stat.Options, never, Measured>;
export type Heatmap = PanelOf<"heatmap", heatmap.Options, heatmap.FieldConfig, Measured>;
export type Table = PanelOf<"table", table.Options, table.FieldConfig, {}>;
export type Logs = PanelOf<"logs", logs.Options, never, {}>;
export type Panel = Timeseries | Stat | Heatmap | Table | Logs;
export type Row = Json<dashboard.RowPanel>;

export type Variable = With<Json<dashboard.VariableModel>, "label" | "description">;
export type Annotation = With<
  Omit<Json<dashboard.AnnotationQuery>, "target">,
  "datasource" | "expr"
>;
export type Link = Json<dashboard.DashboardLink>;
export type Threshold = Json<dashboard.Threshold>;

export type Dashboard = Omit<
  With<Json<dashboard.Dashboard>, "uid" | "title" | "description" | "tags" | "links">,
  "panels" | "templating" | "annotations"
> & {
  panels: (Panel | Row)[];
  templating: { list: Variable[] };
  annotations: { list: Annotation[] };
};
