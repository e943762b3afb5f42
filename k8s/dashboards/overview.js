// How the app does, for whoever looks first: requests, the objectives of `/` and what is left of their budgets, visits, and
// what runs.
// @ts-check

import { APP, dashboard } from "./dashboard.js";
import { asLimit, coloured, stat, timeseries } from "./panels.js";
import { AVAILABILITY, BUDGET_DAYS, LATENCY, burnRate, budgetLeft } from "./objectives.js";

const failing = 'status=~"5.."';
/** A rate by route that is 0, not absent, where no answer has failed so far. */
const failedByRoute = `sum by (route) (rate(http_requests_total{${APP}, ${failing}}[$__rate_interval])) or 0 * sum by (route) (rate(http_requests_total{${APP}}[$__rate_interval]))`;
/** @param {number} quantile */
const secondsOfThePage = (quantile) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(http_request_duration_seconds_bucket{${APP}, route="/"}[$__rate_interval])))`;

/** @param {string} title @param {string} faults @param {typeof AVAILABILITY} objective */
const budget = (title, faults, objective) =>
  stat({
    title,
    description: `How much of the ${faults} that ${BUDGET_DAYS} days may have is left: ${objective.words}. Below nought the objective is missed.`,
    unit: "percentunit",
    decimals: 1,
    thresholds: [
      { value: null, color: "red" },
      { value: 0, color: "orange" },
      { value: 0.25, color: "green" },
    ],
    queries: [{ expr: budgetLeft(objective) }],
  });

export const overview = dashboard({
  name: "overview",
  title: "Overview",
  description: "Requests, objectives and their budgets, visits, and what runs.",
  sections: [
    {
      heading: "Now",
      lines: [
        {
          height: 4,
          panels: [
            stat({
              title: "Visitors",
              description: "Visitors ever counted, as the database has it: the same on every pod.",
              unit: "locale",
              queries: [{ expr: `max(dog_gif_visitors{${APP}})` }],
            }),
            stat({
              title: "Visits",
              description: "Visits counted per second, of all pods together.",
              unit: "suffix: /s",
              decimals: 1,
              spark: true,
              queries: [{ expr: `sum(rate(dog_gif_visits_total{${APP}}[$__rate_interval]))` }],
            }),
            budget("Availability budget", "failures", AVAILABILITY),
            budget("Latency budget", "slow answers", LATENCY),
            stat({
              title: "Ready pods",
              description: "Pods whose readiness probe was answered with yes the last time.",
              unit: "none",
              thresholds: [
                { value: null, color: "red" },
                { value: 1, color: "green" },
              ],
              queries: [{ expr: `sum(dog_gif_ready{${APP}})` }],
            }),
            stat({
              title: "Alerts",
              description:
                "Alerts of the app that are firing; the annotations below say since when.",
              unit: "none",
              thresholds: [
                { value: null, color: "green" },
                { value: 1, color: "red" },
              ],
              queries: [
                {
                  expr: 'count(ALERTS{alertname=~"DogGifApp.*", alertstate="firing", namespace=~"$namespace|"}) or vector(0)',
                },
              ],
            }),
          ],
        },
      ],
    },
    {
      heading: "Requests",
      lines: [
        {
          height: 8,
          panels: [
            timeseries({
              title: "Requests",
              description:
                "Answers per second by route pattern; `unmatched` is every address that leads nowhere.",
              unit: "reqps",
              stacked: true,
              queries: [
                {
                  expr: `sum by (route) (rate(http_requests_total{${APP}}[$__rate_interval]))`,
                  legend: "{{route}}",
                },
              ],
            }),
            timeseries({
              title: "Failed answers",
              description:
                "Answers with a status of 5xx per second, by route. A visit that cannot be counted in time is a 503.",
              unit: "reqps",
              queries: [{ expr: failedByRoute, legend: "{{route}}" }],
            }),
            timeseries({
              title: "Duration of /",
              description:
                "Time from a request's head to its answer. It includes the commit that counts the visit; the dashed line is the objective's threshold.",
              unit: "s",
              limit: true,
              thresholds: [
                { value: null, color: "transparent" },
                { value: LATENCY.seconds, color: "red" },
              ],
              queries: [
                { expr: secondsOfThePage(0.5), legend: "p50" },
                { expr: secondsOfThePage(0.95), legend: "p95" },
                { expr: secondsOfThePage(0.99), legend: "p99" },
              ],
              overrides: [
                coloured("p50", "green"),
                coloured("p95", "yellow"),
                coloured("p99", "orange"),
              ],
            }),
          ],
        },
      ],
    },
    {
      heading: "Objectives",
      lines: [
        {
          height: 7,
          panels: [
            timeseries({
              title: "Budget left",
              description: `What is left of each objective's budget over ${BUDGET_DAYS} days: 100 % is nothing spent, and below nought the objective is missed.`,
              unit: "percentunit",
              max: 1,
              queries: [
                { expr: budgetLeft(AVAILABILITY), legend: "availability" },
                { expr: budgetLeft(LATENCY), legend: "latency" },
              ],
            }),
            timeseries({
              title: "Burn rate of availability",
              description:
                "How fast the budget is being spent: at 1 it lasts exactly as long as it has to; above the dashed line (14.4) an hour costs 2 % of it, and somebody is paged.",
              unit: "suffix:×",
              queries: [
                { expr: burnRate(AVAILABILITY, "5m"), legend: "5 minutes" },
                { expr: burnRate(AVAILABILITY, "1h"), legend: "1 hour" },
                { expr: burnRate(AVAILABILITY, "6h"), legend: "6 hours" },
                { expr: "vector(14.4)", legend: "page" },
              ],
              overrides: [asLimit("page")],
            }),
            timeseries({
              title: "Burn rate of latency",
              description: "The same for slow answers.",
              unit: "suffix:×",
              queries: [
                { expr: burnRate(LATENCY, "5m"), legend: "5 minutes" },
                { expr: burnRate(LATENCY, "1h"), legend: "1 hour" },
                { expr: burnRate(LATENCY, "6h"), legend: "6 hours" },
                { expr: "vector(14.4)", legend: "page" },
              ],
              overrides: [asLimit("page")],
            }),
          ],
        },
      ],
    },
    {
      heading: "What it is for, and what runs",
      lines: [
        {
          height: 7,
          panels: [
            timeseries({
              title: "Visitors ever",
              description:
                "The count. It only grows; where it does not, the database has lost data.",
              unit: "locale",
              queries: [{ expr: `max(dog_gif_visitors{${APP}})`, legend: "visitors" }],
            }),
            timeseries({
              title: "Visits by pod",
              description: "Visits counted per second by each pod.",
              unit: "suffix: /s",
              stacked: true,
              queries: [
                {
                  expr: `sum by (pod) (rate(dog_gif_visits_total{${APP}}[$__rate_interval]))`,
                  legend: "{{pod}}",
                },
              ],
            }),
            timeseries({
              title: "Versions",
              description:
                "Pods by the version and revision they run. Two at a time are a rollout; two for long are one that hangs.",
              unit: "none",
              decimals: 0,
              stacked: true,
              steps: true,
              queries: [
                {
                  expr: `count by (version, revision) (build_info{${APP}})`,
                  legend: "{{version}} ({{revision}})",
                },
              ],
            }),
          ],
        },
      ],
    },
  ],
});
