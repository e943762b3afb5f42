// The frame around the panels: where each one stands, and what all dashboards have in common (data sources, the choice of
// an environment, marks of deploys and alerts, links to each other).
// @ts-check

import { LOGS, METRICS } from "./panels.js";

/** @import * as grafana from "./grafana.d.ts" */
/** @import { AnyPanel } from "./panels.js" */

/** A row of panels that share the whole width evenly, or as `widths` (of 24) say. @typedef {{ height: number, panels: AnyPanel[], widths?: number[] }} Line */
/** Lines under a heading that can be folded. @typedef {{ heading: string, lines: Line[] }} Section */

/** Columns of Grafana's grid. */
const COLUMNS = 24;

/** What selects the app's series; the ServiceMonitor names the job, whatever the release is called. */
export const APP = 'job="dog-gif-app", namespace="$namespace"';

/** What selects the app's log lines, by the labels that Loki gets from OpenTelemetry. */
export const LINES = '{k8s_namespace_name="$namespace", k8s_container_name="dog-gif-app"}';

/**
 * @param {{ name: string, title: string, description: string, variables?: grafana.Variable[], sections: Section[] }} dashboard
 *   `name` is that of the file; links from elsewhere (`/d/dog-gif-app-…`) keep working as long as it does
 * @returns {grafana.Dashboard}
 */
export function dashboard({ name, title, description, variables = [], sections }) {
  return {
    uid: `dog-gif-app-${name}`,
    title: `Dog Gif App / ${title}`,
    description: `${description} Made by \`make dashboards\`: change k8s/dashboards/${name}.js, not this.`,
    tags: ["dog-gif-app"],
    editable: false,
    graphTooltip: 1,
    links: [others],
    panels: placed(sections),
    refresh: "30s",
    schemaVersion: 42,
    templating: { list: [metricsSource, logsSource, namespace, ...variables] },
    annotations: { list: [deploys, alerts] },
    time: { from: "now-3h", to: "now" },
    timezone: "browser",
  };
}

/** @type {grafana.Link} */
const others = {
  title: "Dog Gif App",
  type: "dashboards",
  tags: ["dog-gif-app"],
  icon: "external link",
  tooltip: "The other dashboards, for the same time and environment",
  asDropdown: false,
  includeVars: true,
  keepTime: true,
  targetBlank: false,
};

/** @type {grafana.Variable} */
const metricsSource = {
  name: "metrics",
  type: "datasource",
  label: "Metrics",
  description: "A Prometheus that scrapes the app",
  query: "prometheus",
};

/** @type {grafana.Variable} */
const logsSource = {
  name: "logs",
  type: "datasource",
  label: "Logs",
  description: "A Loki that has the app's log",
  query: "loki",
};

/** @type {grafana.Variable} */
const namespace = {
  name: "namespace",
  type: "query",
  label: "Namespace",
  description: "Which environment: each has a namespace of its own",
  datasource: METRICS,
  query: 'label_values(dog_gif_visitors{job="dog-gif-app"}, namespace)',
  refresh: 2,
  sort: 1,
};

/** The first minute of a version that was not there the minute before, also of an old one that came back. @type {grafana.Annotation} */
const deploys = {
  name: "Deploys",
  datasource: METRICS,
  enable: true,
  iconColor: "blue",
  expr: `count by (version, revision) (build_info{${APP}}) unless count by (version, revision) (build_info{${APP}} offset 1m)`,
  step: "15s",
  titleFormat: "Deployed {{version}}",
  textFormat: "Revision {{revision}}",
  tagKeys: "version,revision",
};

/** @type {grafana.Annotation} */
const alerts = {
  name: "Alerts",
  datasource: METRICS,
  enable: true,
  iconColor: "red",
  expr: 'ALERTS{alertname=~"DogGifApp.*", alertstate="firing", namespace=~"$namespace|"}',
  step: "60s",
  titleFormat: "{{alertname}}",
  textFormat: "{{severity}}",
  tagKeys: "alertname,severity",
};

/**
 * Gives every panel its number and its place: lines from top to bottom, the panels of a line from left to right.
 * @param {Section[]} sections
 * @returns {grafana.Dashboard["panels"]}
 */
function placed(sections) {
  /** @type {grafana.Dashboard["panels"]} */
  const panels = [];
  let y = 0;
  const id = () => panels.length + 1;
  for (const { heading, lines } of sections) {
    panels.push({
      id: id(),
      type: "row",
      title: heading,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    });
    y += 1;
    for (const line of lines) {
      const widths = line.widths ?? line.panels.map(() => COLUMNS / line.panels.length);
      let x = 0;
      line.panels.forEach((panel, index) => {
        const w = widths[index] ?? 0;
        panels.push({ id: id(), ...panel, gridPos: { h: line.height, w, x, y } });
        x += w;
      });
      if (x !== COLUMNS || !widths.every(Number.isInteger)) {
        throw new Error(
          `the line of "${line.panels[0]?.title}" has ${x} columns (${widths}), not ${COLUMNS}`,
        );
      }
      y += line.height;
    }
  }
  return panels;
}
