// What can be said of the dashboards without a Prometheus: they are what the sources here make, Grafana's types accept every
// field of them, and Grafana's grammar every query of the log. What runs: tests/it/observability/dashboards.
// @ts-check

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parser } from "@grafana/lezer-logql";

const TSC = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../k8s/dashboards/", import.meta.url));
const SHIPPED = fileURLToPath(
  new URL("../../k8s/charts/dog-gif-app/files/dashboards/", import.meta.url),
);
const FILES = readdirSync(SHIPPED).map((name) => ({
  name,
  text: readFileSync(join(SHIPPED, name), "utf8"),
}));

test("the chart ships what the sources make", () => {
  const { status, stderr } = run([join(SOURCES, "build.js"), "--check"]);
  assert.equal(status, 0, stderr);
});

test("Grafana's types accept the sources", () => {
  assert.equal(run([TSC, "--pretty", "false", "--project", SOURCES]).stdout, "");
});

test("Grafana's types accept every field of what is shipped", () => {
  assert.equal(FILES.length, 3);
  assert.deepEqual(typeErrors(FILES), []);
});

test("Grafana's types refuse what Grafana would not understand", () => {
  const [{ text }] = FILES;
  const wrong = [
    ['"showPoints": "never"', '"showPoint": "never"'],
    ['"showPoints": "never"', '"showPoints": "nevr"'],
    ['"textMode": "auto"', '"textMod": "auto"'],
    ['"graphTooltip": 1', '"graphTooltip": 3'],
    ['"schemaVersion": 42', '"schemaVersion": "42"'],
    ['"unit": "', '"unitt": "'],
  ];
  const files = wrong.map(([before, after], index) => ({
    name: `${index}.json`,
    text: text.replace(before, after),
  }));
  const errors = typeErrors(files);
  wrong.forEach(([before, after], index) => {
    const place = `${index}.json:${lineOf(text, before)}: `;
    assert.ok(
      errors.some((error) => error.startsWith(place)),
      `${after} is accepted: ${errors.join("\n")}`,
    );
  });
});

test("Grafana's grammar accepts every query of the log", () => {
  let seen = 0;
  for (const { name, text } of FILES) {
    for (const panel of JSON.parse(text).panels) {
      for (const target of panel.targets ?? []) {
        if (target.datasource.type !== "loki") continue;
        seen += 1;
        assert.equal(
          wrongAt(target.expr),
          undefined,
          `${name}:${lineOf(text, JSON.stringify(target.expr))}: ${panel.title}: ${target.expr}`,
        );
      }
    }
  }
  assert.ok(seen >= 5, `only ${seen} queries`);
  assert.ok(wrongAt('{a="b"} | | json') !== undefined);
});

test("Grafana's grammar accepts what the runbooks ask Loki, and the link beside a line", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const runbooks = readdirSync(join(root, "docs/runbooks")).flatMap((name) => {
    const text = readFileSync(join(root, "docs/runbooks", name), "utf8");
    return [...text.matchAll(/^```logql\n(.*?)\n```$/gms)].map(([, query]) => query);
  });
  const values = join(root, "k8s/platform/monitoring/kube-prometheus-stack.yaml");
  const links = [...readFileSync(values, "utf8").matchAll(/^ *url: '(\{.*)'$/gm)].map(([, query]) =>
    query.replace("$${__value.raw}", "$id"),
  );
  assert.ok(runbooks.length >= 1 && links.length === 1, `${runbooks.length}, ${links.length}`);
  for (const query of [...runbooks, ...links]) assert.equal(wrongAt(query), undefined, query);
});

/**
 * Where Grafana's own parser stumbles, with something in place of the variables.
 * @param {string} query
 */
function wrongAt(query) {
  /** @type {number | undefined} */
  let wrong;
  parser.parse(query.replace(/\$\{?\w+\}?/g, "1m")).iterate({
    enter: (node) => {
      if (node.type.isError) wrong ??= node.from;
    },
  });
  return wrong;
}

/**
 * What the compiler says of dashboards as literals of Grafana's type, which makes a field that the type lacks an error.
 * The lines that it names are those of the JSON.
 * @param {{ name: string, text: string }[]} files
 */
function typeErrors(files) {
  const directory = mkdtempSync(join(tmpdir(), "dashboards-"));
  try {
    const sources = files.map(({ name, text }) => {
      const type = `import(${JSON.stringify(join(SOURCES, "grafana.d.ts"))}).Dashboard`;
      writeFileSync(
        join(directory, `${name}.ts`),
        `export const shipped: ${type} = ${text.trimEnd()};\n`,
      );
      return `${name}.ts`;
    });
    const project = { extends: join(SOURCES, "tsconfig.json"), files: sources };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(project));
    const { stdout } = run([TSC, "--pretty", "false", "--project", directory]);
    const lines = stdout.split("\n").filter((line) => /error TS/.test(line));
    return lines.map((line) => line.replace(/^.*?([^/]+\.json)\.ts\((\d+),\d+\)/, "$1:$2"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @param {string[]} args */
function run(args) {
  return spawnSync(process.execPath, args, { encoding: "utf8" });
}

/** @param {string} text @param {string} piece */
function lineOf(text, piece) {
  return text.slice(0, text.indexOf(piece)).split("\n").length;
}
