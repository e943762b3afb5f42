// The objectives of `/`, by the chart's recording rules (files/rules.yaml): what may fail, what failed, what is left.
// @ts-check

import { APP } from "./dashboard.js";

/** An objective's budget is for so many days. */
export const BUDGET_DAYS = 30;

/** `mayFail` is the share of the answers that may break it, `failed` the one that did within a window. @typedef {{ words: string, mayFail: number, failed: (window: string) => string }} Objective */

/** @type {Objective} */
export const AVAILABILITY = {
  words: "99.9 % of the answers of `/` are no 5xx",
  mayFail: 0.001,
  failed: (window) => `namespace_job:page_errors:ratio_rate${window}{${APP}}`,
};

/** @type {Objective & { seconds: number }} */
export const LATENCY = {
  words: "99 % of the answers of `/` take no longer than 250 ms",
  seconds: 0.25,
  mayFail: 0.01,
  failed: (window) => `namespace_job:page_slow:ratio_rate${window}{${APP}}`,
};

/** @param {Objective} objective */
export const budgetLeft = ({ failed, mayFail }) => `1 - ${failed(`${BUDGET_DAYS}d`)} / ${mayFail}`;

/** @param {Objective} objective @param {string} window */
export const burnRate = ({ failed, mayFail }, window) => `${failed(window)} / ${mayFail}`;
