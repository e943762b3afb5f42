// Writes each dashboard into the chart, which ships it: `make dashboards`. With --check, only says which are stale.
// @ts-check

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { operations } from "./operations.js";
import { overview } from "./overview.js";
import { visitCounter } from "./visit-counter.js";

const CHART = new URL("../charts/dog-gif-app/files/dashboards/", import.meta.url);

let stale = 0;
for (const dashboard of [overview, visitCounter, operations]) {
  const file = new URL(`${dashboard.uid.replace("dog-gif-app-", "")}.json`, CHART);
  const text = `${JSON.stringify(dashboard, null, 2)}\n`;
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    console.error(`${fileURLToPath(file)} is stale: run \`make dashboards\``);
    stale += 1;
  }
}
process.exitCode = stale > 0 ? 1 : 0;

/** @param {URL} file */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
