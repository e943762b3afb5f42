// What the dashboards are made of: a panel of each kind, with everything in it that all of them have in common. What differs
// is an argument, and what nobody may forget (title, description, unit) is one that the types demand.
// @ts-check

/** @import * as grafana from "./grafana.d.ts" */

/** What a panel is before it has its place. @template P @typedef {Omit<P, "id" | "gridPos">} Placeless */
/** @typedef {Placeless<grafana.Timeseries> | Placeless<grafana.Stat> | Placeless<grafana.Heatmap> | Placeless<grafana.Table> | Placeless<grafana.Logs>} AnyPanel */
/** @typedef {{ title: string, description: string }} Words */
/** @typedef {Words & { unit: string, queries: Query[], decimals?: number, min?: number, max?: number, thresholds?: grafana.Threshold[] }} Figures */
/** A PromQL expression and how its series are called. @typedef {{ expr: string, legend?: string, instant?: true, buckets?: true }} Query */
/** A LogQL expression. @typedef {{ expr: string, legend?: string }} LogQuery */

export const METRICS = { type: "prometheus", uid: "${metrics}" };
export const LOGS = { type: "loki", uid: "${logs}" };

/**
 * Lines over time.
 * @param {Figures & { stacked?: true, bars?: true, steps?: true, limit?: true, right?: true, overrides?: grafana.Timeseries["fieldConfig"]["overrides"] }} panel
 *   `limit` draws the thresholds as lines, `right` puts a table of the last values beside them
 * @returns {Placeless<grafana.Timeseries>}
 */
export function timeseries({ stacked, bars, steps, limit, right, overrides, queries, ...panel }) {
  return drawnOverTime(panel, queries.map(metrics), METRICS, {
    stacked,
    bars,
    steps,
    limit,
    right,
    overrides,
  });
}

/**
 * Figures out of log lines over time, as stacked bars.
 * @param {Words & { unit: string, queries: LogQuery[], overrides?: grafana.Timeseries["fieldConfig"]["overrides"] }} panel
 * @returns {Placeless<grafana.Timeseries>}
 */
export function countedLines({ queries, overrides, ...panel }) {
  return drawnOverTime(panel, queries.map(lines), LOGS, { stacked: true, bars: true, overrides });
}

/**
 * One figure, the latest; with `spark` also how it came about.
 * @param {Figures & { spark?: true, text?: "name" }} panel `text: "name"` shows the series' name in place of the figure
 * @returns {Placeless<grafana.Stat>}
 */
export function stat({ title, description, queries, spark, text, thresholds, ...field }) {
  return {
    type: "stat",
    title,
    description,
    datasource: METRICS,
    targets: queries.map(metrics),
    options: {
      colorMode: thresholds ? "value" : "none",
      graphMode: spark ? "area" : "none",
      justifyMode: "auto",
      orientation: "auto",
      percentChangeColorMode: "standard",
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
      showPercentChange: false,
      textMode: text ?? "auto",
      wideLayout: true,
    },
    fieldConfig: {
      defaults: {
        ...field,
        color: {
          mode: thresholds ? "thresholds" : "fixed",
          ...(thresholds ? {} : { fixedColor: "text" }),
        },
        thresholds: { mode: "absolute", steps: thresholds ?? [{ value: null, color: "text" }] },
      },
      overrides: [],
    },
  };
}

/**
 * How a histogram of the program's is spread, over time; `unit` is that of its buckets.
 * @param {Words & { unit: string, queries: [Query] }} panel
 * @returns {Placeless<grafana.Heatmap>}
 */
export function heatmap({ title, description, unit, queries }) {
  return {
    type: "heatmap",
    title,
    description,
    datasource: METRICS,
    targets: queries.map(metrics),
    options: {
      calculate: false,
      cellGap: 1,
      color: {
        mode: "scheme",
        scheme: "Oranges",
        fill: "dark-orange",
        scale: "exponential",
        exponent: 0.5,
        steps: 64,
        reverse: false,
      },
      exemplars: { color: "rgba(255,0,255,0.7)" },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: "auto" },
      showValue: "never",
      tooltip: { mode: "single", yHistogram: true },
      yAxis: { axisPlacement: "left", unit },
    },
    fieldConfig: { defaults: { unit }, overrides: [] },
  };
}

/**
 * Log lines as they are.
 * @param {Words & { queries: [LogQuery] }} panel
 * @returns {Placeless<grafana.Logs>}
 */
export function logs({ title, description, queries }) {
  return {
    type: "logs",
    title,
    description,
    datasource: LOGS,
    targets: queries.map(lines),
    options: {
      dedupStrategy: "none",
      enableLogDetails: true,
      prettifyLogMessage: false,
      showCommonLabels: false,
      showLabels: false,
      showLogContextToggle: true,
      showTime: true,
      sortOrder: "Descending",
      wrapLogMessage: true,
    },
    fieldConfig: { defaults: {}, overrides: [] },
  };
}

/**
 * Log lines as a table of some of their fields, in this order; `links` are behind the values of a field.
 * @param {Words & { queries: [LogQuery], fields: { name: string, width?: number, unit?: string, links?: grafana.DataLink[] }[] }} panel
 * @returns {Placeless<grafana.Table>}
 */
export function tableOfLines({ title, description, queries, fields }) {
  const names = fields.map(({ name }) => name);
  return {
    type: "table",
    title,
    description,
    datasource: LOGS,
    targets: queries.map(lines),
    transformations: [
      {
        id: "extractFields",
        options: { source: "Line", format: "json", replace: false, keepTime: false },
      },
      { id: "filterFieldsByName", options: { include: { names } } },
      {
        id: "organize",
        options: { indexByName: Object.fromEntries(names.map((name, index) => [name, index])) },
      },
    ],
    options: {
      frameIndex: 0,
      showHeader: true,
      cellHeight: "sm",
      footer: { show: false, reducer: [] },
    },
    fieldConfig: {
      defaults: { custom: { align: "auto", inspect: false, cellOptions: { type: "auto" } } },
      overrides: fields.flatMap(({ name, width, unit, links }) => {
        /** @type {grafana.Table["fieldConfig"]["overrides"][number]["properties"]} */
        const properties = [];
        if (width) properties.push({ id: "custom.width", value: width });
        if (unit) properties.push({ id: "unit", value: unit });
        if (links) properties.push({ id: "links", value: links });
        return properties.length > 0
          ? [{ matcher: { id: "byName", options: name }, properties }]
          : [];
      }),
    },
  };
}

/**
 * Draws the series whose name begins so in one colour, whatever their place.
 * @param {string} name @param {string} color
 * @returns {grafana.Timeseries["fieldConfig"]["overrides"][number]}
 */
export function coloured(name, color) {
  return {
    matcher: { id: "byRegexp", options: `/^${name}/` },
    properties: [{ id: "color", value: { mode: "fixed", fixedColor: color } }],
  };
}

/**
 * Draws a series as the line that others should stay below (or above).
 * @param {string} name
 * @returns {grafana.Timeseries["fieldConfig"]["overrides"][number]}
 */
export function asLimit(name) {
  return {
    matcher: { id: "byName", options: name },
    properties: [
      { id: "color", value: { mode: "fixed", fixedColor: "dark-red" } },
      { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } },
      { id: "custom.fillOpacity", value: 0 },
    ],
  };
}

/**
 * @param {Words & { unit: string, decimals?: number, min?: number, max?: number, thresholds?: grafana.Threshold[] }} panel
 * @param {grafana.Timeseries["targets"]} targets
 * @param {typeof METRICS} datasource
 * @param {{ stacked?: true | undefined, bars?: true | undefined, steps?: true | undefined, limit?: true | undefined, right?: true | undefined, overrides?: grafana.Timeseries["fieldConfig"]["overrides"] | undefined }} style
 * @returns {Placeless<grafana.Timeseries>}
 */
function drawnOverTime({ title, description, thresholds, ...field }, targets, datasource, style) {
  return {
    type: "timeseries",
    title,
    description,
    datasource,
    targets,
    options: {
      legend: style.right
        ? { displayMode: "table", placement: "right", showLegend: true, calcs: ["lastNotNull"] }
        : { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
      tooltip: { mode: "multi", sort: "desc" },
    },
    fieldConfig: {
      defaults: {
        min: 0,
        ...field,
        color: { mode: "palette-classic" },
        custom: {
          drawStyle: style.bars ? "bars" : "line",
          fillOpacity: style.bars ? 80 : style.stacked ? 30 : 10,
          lineInterpolation: style.steps ? "stepAfter" : "linear",
          lineWidth: style.bars ? 0 : 1,
          showPoints: "never",
          spanNulls: false,
          stacking: { mode: style.stacked ? "normal" : "none", group: "A" },
          thresholdsStyle: { mode: style.limit ? "dashed" : "off" },
        },
        ...(thresholds && { thresholds: { mode: "absolute", steps: thresholds } }),
      },
      overrides: style.overrides ?? [],
    },
  };
}

/**
 * @param {Query} query @param {number} index
 * @returns {grafana.PrometheusQuery}
 */
function metrics({ expr, legend, instant, buckets }, index) {
  return {
    datasource: METRICS,
    editorMode: "code",
    expr,
    format: buckets ? "heatmap" : "time_series",
    instant: instant ?? false,
    legendFormat: buckets ? "{{le}}" : (legend ?? ""),
    range: !instant,
    refId: letter(index),
  };
}

/**
 * @param {LogQuery} query @param {number} index
 * @returns {grafana.LokiQuery}
 */
function lines({ expr, legend }, index) {
  return {
    datasource: LOGS,
    editorMode: "code",
    expr,
    ...(legend && { legendFormat: legend }),
    queryType: "range",
    refId: letter(index),
  };
}

/** @param {number} index */
const letter = (index) => String.fromCharCode("A".charCodeAt(0) + index);
