// Draws a dashboard from its JSON and a Prometheus' answers to its queries: `make picture`. There is no Grafana where this
// project is built, so the picture says that it is none.
//
//   node picture.js DASHBOARD.json PROMETHEUS_URL NAMESPACE BEGIN END TITLE >PICTURE.svg    BEGIN and END in Unix seconds
// @ts-check

import { readFileSync } from "node:fs";

/** @import * as grafana from "./grafana.d.ts" */
/** @typedef {{ metric: Record<string, string>, values: [number, string][] }} Answer */
/** A line: `null` where there is no figure. @typedef {{ name: string, color: string, dashed: boolean, filled: boolean, points: (number | null)[] }} Series */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */

const [file = "", prometheus = "", namespace = "", begin = "", end = "", caption = ""] =
  process.argv.slice(2);
/** @type {grafana.Dashboard} */
const dashboard = JSON.parse(readFileSync(file, "utf8"));
const [from, to] = [Number(begin), Number(end)];
/** More points than pixels would only be bytes. */
const POINTS = 90;
const STEP = (to - from) / POINTS;
const TIMES = Array.from({ length: POINTS + 1 }, (_, index) => from + index * STEP);

const WIDTH = 1200;
const COLUMN = (WIDTH - 16) / 24;
const ROW = 27;
const HEAD = 58;
const GAP = 8;
/** How wide a letter is, of its size: near enough for any of the fonts. */
const LETTER = 0.55;

/** Colours of series in their order, for light and dark; their names are ours. */
const PALETTE = ["blue", "orange", "green", "purple", "yellow", "cyan", "red", "pink"];
const STYLE = `
    svg { --paper: #ffffff; --panel: #f6f8fa; --edge: #d1d9e0; --ink: #1f2328; --quiet: #59636e; --grid: #e3e8ed; --blue: #0969da; --orange: #bc4c00; --green: #1a7f37; --purple: #8250df; --yellow: #9a6700; --cyan: #1b7c83; --red: #cf222e; --pink: #bf3989 }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #0d1117; --panel: #151b23; --edge: #3d444d; --ink: #f0f6fc; --quiet: #9198a1; --grid: #262c36; --blue: #4493f8; --orange: #f0883e; --green: #3fb950; --purple: #ab7df8; --yellow: #d29922; --cyan: #39c5cf; --red: #f85149; --pink: #db61a2 }
    }
    text { font: 12px system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif; fill: var(--ink) }
    .paper { fill: var(--paper) }
    .panel { fill: var(--panel); stroke: var(--edge) }
    .name { font-size: 20px; font-weight: 600 }
    .title { font-size: 13px; font-weight: 600 }
    .heading { font-size: 13px; fill: var(--quiet) }
    .quiet { fill: var(--quiet) }
    .axis { font-size: 11px; fill: var(--quiet) }
    .right { text-anchor: end }
    .middle { text-anchor: middle }
    .big { font-size: 32px; font-weight: 600; text-anchor: middle }
    .grid { stroke: var(--grid); fill: none }
    .line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
    .dashed { stroke-dasharray: 6 4 }
    .area { opacity: 0.16; stroke: none }
    .stacked { opacity: 0.35 }
    .mark { stroke-dasharray: 3 3; fill: none }
${[...PALETTE, "ink"].map((name) => `    .${name} { stroke: var(--${name}) } .f-${name} { fill: var(--${name}) }`).join("\n")}`;

const marks = (await Promise.all(dashboard.annotations.list.map(marksOf))).flat();
const bodies = await Promise.all(
  dashboard.panels.map((panel) => (panel.type === "row" ? heading(panel) : drawn(panel))),
);
const bottom = Math.max(
  ...dashboard.panels.map(({ gridPos }) => (gridPos ? gridPos.y + gridPos.h : 0)),
);
const height = Math.round(HEAD + bottom * ROW + 8);

process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">
  <title id="title">${escaped(dashboard.title)}, drawn from real figures; not a picture of Grafana</title>
  <desc id="description">${escaped(`${caption} Panels: ${titles()}.`)}</desc>
  <!-- Made by \`make picture\` from ${dashboard.uid} and a Prometheus' answers to its queries. -->
  <style>${STYLE}
  </style>
  <rect class="paper" width="${WIDTH}" height="${height}" rx="12"/>
  <text class="name" x="16" y="32">${escaped(dashboard.title)}</text>
  <text class="quiet" x="16" y="50">${escaped(caption)}</text>
${key()}
  <text class="quiet right" x="${WIDTH - 16}" y="32">Not Grafana: drawn by make picture from the dashboard's own JSON and a real Prometheus' answers</text>
${bodies.filter(Boolean).join("\n")}
</svg>
`);

/** What the marks are, beside the caption. */
function key() {
  const kinds = new Map(marks.map(({ kind, color }) => [kind, color]));
  let x = 24 + caption.length * 12 * LETTER;
  return [...kinds]
    .map(([kind, color]) => {
      const part = `  <path class="f-${color}" d="M${round(x)} 49h10l-5-6z"/><text class="quiet" x="${round(x + 14)}" y="50">${escaped(kind)}</text>`;
      x += 30 + kind.length * 12 * LETTER;
      return part;
    })
    .join("\n");
}

function titles() {
  return dashboard.panels
    .flatMap((panel) => (panel.type === "row" ? [] : [panel.title]))
    .join(", ");
}

/** @param {grafana.Row} row */
function heading({ title = "", gridPos }) {
  return `  <text class="heading" x="16" y="${round(HEAD + (gridPos?.y ?? 0) * ROW + 18)}">${escaped(title)}</text>`;
}

/** @param {grafana.Panel} panel */
async function drawn(panel) {
  const { x, y, w, h } = panel.gridPos;
  const box = {
    x: round(8 + x * COLUMN + GAP / 2),
    y: HEAD + y * ROW,
    w: round(w * COLUMN - GAP),
    h: h * ROW - GAP,
  };
  const series = await seriesOf(panel);
  const inner =
    panel.type === "stat"
      ? figure(panel, series, box)
      : panel.type === "timeseries"
        ? graph(panel, series, box)
        : "";
  return `  <g transform="translate(${box.x} ${box.y})"><rect class="panel" width="${box.w}" height="${box.h}" rx="6"/><text class="title" x="10" y="20">${escaped(panel.title)}</text>${inner}</g>`;
}

/** @param {grafana.Stat} panel @param {Series[]} series @param {Box} box */
function figure(panel, series, box) {
  const points = series[0]?.points ?? [];
  const value = points.findLast((point) => point !== null) ?? null;
  const { unit, decimals, thresholds, color } = panel.fieldConfig.defaults;
  const reached = thresholds?.steps.findLast(
    (step) => step.value === null || (value !== null && value >= step.value),
  );
  const tint = color?.mode === "thresholds" ? named(reached?.color ?? "text") : "ink";
  const spark = panel.options.graphMode === "area" ? area(points, box, 0.38) : "";
  return `${spark}<text class="big f-${tint}" x="${round(box.w / 2)}" y="${round(box.h / 2 + 20)}">${escaped(shown(value, unit, decimals))}</text>`;
}

/** @param {(number | null)[]} points @param {Box} box @param {number} share */
function area(points, box, share) {
  const top = Math.max(...points.map((point) => point ?? 0)) || 1;
  const line = path(
    points,
    (index) => (index / POINTS) * box.w,
    (value) => box.h - (value / top) * box.h * share,
  );
  return `<path class="area f-blue" d="${line}L${box.w} ${box.h}H0z"/>`;
}

/** @param {grafana.Timeseries} panel @param {Series[]} series @param {Box} box */
function graph(panel, series, box) {
  const { unit, min, max, decimals, thresholds, custom } = panel.fieldConfig.defaults;
  const stacked = custom?.stacking?.mode === "normal";
  const sums = stacked ? stack(series) : series.map(({ points }) => points);
  const all = sums.flat().filter((point) => point !== null);
  const limits =
    custom?.thresholdsStyle?.mode === "dashed"
      ? (thresholds?.steps ?? []).filter(({ value }) => value !== null)
      : [];
  const highest = Math.max(...all, 0);
  const least = Math.min(...all);
  const top = max ?? (highest > 0 ? highest * 1.08 : 1);
  // A long count would be a flat line above nought.
  const floor =
    unit === "locale" && least > 0.2 * highest
      ? least
      : min === undefined
        ? least
        : Math.min(min, least);
  const ticks = marksBetween(floor, top, decimals === 0);
  const names = ticks.map((tick) => shown(tick, unit, decimals));
  const left = Math.max(...names.map((name) => name.length)) * 11 * LETTER + 16;
  const plot = { x: left, y: 32, w: box.w - left - 12, h: box.h - 32 - 44 };
  const across = (/** @type {number} */ index) => plot.x + (index / POINTS) * plot.w;
  const down = (/** @type {number} */ value) =>
    plot.y + plot.h - ((value - floor) / (top - floor || 1)) * plot.h;
  const parts = ticks.map((tick, index) => {
    const y = round(down(tick));
    return `<path class="grid" d="M${round(plot.x)} ${y}h${round(plot.w)}"/><text class="axis right" x="${round(plot.x - 6)}" y="${y + 4}">${escaped(names[index] ?? "")}</text>`;
  });
  for (let minute = 0; minute * 60 <= to - from; minute += 1) {
    const x = round(plot.x + ((minute * 60) / (to - from)) * plot.w);
    parts.push(
      `<text class="axis middle" x="${x}" y="${round(plot.y + plot.h + 15)}">${minute} min</text>`,
    );
  }
  for (const mark of marks) {
    const x = round(plot.x + ((mark.at - from) / (to - from)) * plot.w);
    parts.push(
      `<path class="mark ${mark.color}" d="M${x} ${plot.y}v${plot.h}"><title>${escaped(mark.name)}</title></path>`,
      `<path class="f-${mark.color}" d="M${x - 5} ${round(plot.y + plot.h + 6)}h10l-5-6z"/>`,
    );
  }
  for (const { value, color } of limits) {
    if (value !== null && value <= top)
      parts.push(
        `<path class="line dashed ${named(color)}" d="M${round(plot.x)} ${round(down(value))}h${round(plot.w)}"/>`,
      );
  }
  series.forEach(({ color, dashed, filled }, index) => {
    const points = sums[index] ?? [];
    const line = path(points, across, down, custom?.lineInterpolation === "stepAfter");
    if (filled) {
      const under = stacked
        ? backwards(sums[index - 1], points, across, down, floor)
        : `L${round(across(POINTS))} ${round(down(floor))}L${round(across(0))} ${round(down(floor))}z`;
      if (!points.includes(null))
        parts.push(
          `<path class="area ${stacked ? "stacked" : ""} f-${color}" d="${line}${under}"/>`,
        );
    }
    parts.push(`<path class="line ${dashed ? "dashed " : ""}${color}" d="${line}"/>`);
  });
  parts.push(legend(series, box));
  return parts.join("");
}

/** @param {Series[]} series @param {Box} box */
function legend(series, box) {
  let x = 12;
  const names = series.map(({ name, color }) => {
    const width = name.length * 11 * LETTER + 30;
    if (x + width > box.w) return "";
    const part = `<path class="line ${color}" d="M${round(x)} ${box.h - 14}h12"/><text class="axis" x="${round(x + 16)}" y="${box.h - 10}">${escaped(name)}</text>`;
    x += width;
    return part;
  });
  return names.join("");
}

/** The edge below a stacked area: the sum before it, from right to left. */
/**
 * @param {(number | null)[] | undefined} below @param {(number | null)[]} points @param {(index: number) => number} across
 * @param {(value: number) => number} down @param {number} floor
 */
function backwards(below, points, across, down, floor) {
  const edge = points
    .map((_, index) => `${round(across(index))} ${round(down(below?.[index] ?? floor))}`)
    .reverse();
  return below ? `L${edge.join(" ")}z` : `L${edge[0]} ${edge.at(-1)}z`;
}

/** @param {Series[]} series */
function stack(series) {
  /** @type {(number | null)[][]} */
  const sums = [];
  for (const { points } of series) {
    const before = sums.at(-1);
    sums.push(points.map((point, index) => (before?.[index] ?? 0) + (point ?? 0)));
  }
  return sums;
}

/** The series of all queries of a panel, in the colours that Grafana's overrides give them. @param {grafana.Panel} panel */
async function seriesOf(panel) {
  /** @type {Series[]} */
  const all = [];
  for (const target of panel.targets) {
    const answers = await ask(target.expr);
    answers.sort((one, other) =>
      nameOf(target.legendFormat, one).localeCompare(nameOf(target.legendFormat, other)),
    );
    for (const answer of answers) {
      const name = nameOf(target.legendFormat, answer);
      const value = new Map(
        answer.values.map(([time, text]) => [Math.round((time - from) / STEP), Number(text)]),
      );
      const points = TIMES.map((_, index) => finite(value.get(index)));
      const own = panel.fieldConfig.overrides
        .filter(({ matcher }) => fits(matcher, name))
        .flatMap(({ properties }) => properties);
      const fixed = own.flatMap((property) =>
        property.id === "color" ? [named(property.value.fixedColor ?? "")] : [],
      )[0];
      const dashed = own.some(({ id }) => id === "custom.lineStyle");
      all.push({
        name,
        color: fixed ?? PALETTE[all.length % PALETTE.length] ?? "ink",
        dashed,
        filled: !dashed,
        points,
      });
    }
  }
  return all;
}

/** @param {{ id: string, options?: any }} matcher @param {string} name */
function fits({ id, options }, name) {
  return id === "byRegexp"
    ? new RegExp(options.slice(1, -1)).test(name)
    : id === "byName" && options === name;
}

/** @param {string | undefined} legend @param {Answer} answer */
function nameOf(legend, { metric }) {
  return (legend ?? "").replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? "");
}

/** When each annotation begins. @param {grafana.Annotation} annotation */
async function marksOf(annotation) {
  const color = named(annotation.iconColor);
  const answers = await ask(annotation.expr);
  return answers.flatMap((answer) => {
    const name = `${annotation.name}: ${nameOf(annotation.titleFormat, answer)}, ${nameOf(annotation.textFormat, answer)}`;
    const begins = answer.values.filter(
      ([time], index) => index === 0 || time - (answer.values[index - 1]?.[0] ?? 0) > 1.5 * STEP,
    );
    // What was there before the picture began has not come in it.
    return begins
      .filter(([time]) => time > from + 30)
      .map(([at]) => ({ at, color, name, kind: annotation.name }));
  });
}

/** @param {string} query @returns {Promise<Answer[]>} */
async function ask(query) {
  const range = `${Math.round(to - from)}s`;
  const expression = query
    .replaceAll("$__rate_interval", "10s")
    .replaceAll("$__range", range)
    .replaceAll("$namespace", namespace);
  const parameters = new URLSearchParams({
    query: expression,
    start: String(from),
    end: String(to),
    step: String(STEP),
  });
  const response = await fetch(`${prometheus}/api/v1/query_range?${parameters}`);
  /** @type {any} */
  const answer = await response.json();
  if (answer.status !== "success") throw new Error(`${answer.error}: ${expression}`);
  return answer.data.result;
}

/** Grafana's names of colours in ours. @param {string} color */
function named(color) {
  const name = color.replace(/^(semi-dark|dark|light)-/, "");
  return PALETTE.includes(name) ? name : "ink";
}

/** @param {number | undefined} value */
function finite(value) {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** @param {number} low @param {number} high @param {boolean} whole */
function marksBetween(low, high, whole) {
  const rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power,
    whole ? 1 : 0,
  );
  const marks = [];
  for (let tick = Math.ceil(low / step - 1e-9); tick * step <= high * (1 + 1e-9); tick += 1)
    marks.push(tick * step);
  return marks;
}

/** @param {number | null} value @param {string} unit @param {number} [decimals] */
function shown(value, unit, decimals) {
  if (value === null) return "–";
  const short = (/** @type {number} */ number) => String(Number(number.toPrecision(3)));
  const given = decimals === undefined ? undefined : Math.max(decimals, 0);
  const fixed = (/** @type {number} */ number) =>
    given === undefined ? short(number) : number.toFixed(given);
  if (unit === "percentunit") return `${fixed(value * 100)} %`;
  if (unit === "locale") return Math.round(Math.abs(value)).toLocaleString("en");
  if (unit === "reqps") return `${short(value)} req/s`;
  if (unit === "s")
    return value === 0 ? "0" : value < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`;
  return unit.startsWith("suffix:") ? fixed(value) + unit.slice("suffix:".length) : fixed(value);
}

/**
 * A line in whole pixels, each point told from the one before; what stays on one height needs no points.
 * @param {(number | null)[]} points @param {(index: number) => number} across @param {(value: number) => number} down
 * @param {boolean} [steps]
 */
function path(points, across, down, steps) {
  const height = points.map((value) => (value === null ? null : Math.round(down(value))));
  let text = "";
  let [x, y] = [0, 0];
  height.forEach((next, index) => {
    if (next === null) return;
    const begins = (height[index - 1] ?? null) === null;
    if (!begins && next === y && height[index + 1] === y) return;
    const at = Math.round(across(index));
    if (begins) text += `M${at} ${next}`;
    else if (next === y) text += `h${at - x}`;
    else if (steps) text += `h${at - x}v${next - y}`;
    else text += `l${at - x} ${next - y}`;
    [x, y] = [at, next];
  });
  return text.replaceAll(" -", "-");
}

/** @param {number} value */
function round(value) {
  return Math.round(value);
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
