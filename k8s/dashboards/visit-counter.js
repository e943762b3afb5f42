// The visit counter: how visits become batches, batches commits, and what happens when they cannot.
// @ts-check

import { APP, LINES, dashboard } from "./dashboard.js";
import { asLimit, coloured, heatmap, logs, stat, timeseries } from "./panels.js";

/** @param {string} metric */
const rate = (metric) => `rate(${metric}{${APP}}[$__rate_interval])`;
/** @param {number} quantile @param {string} histogram */
const quantile = (quantile, histogram) =>
  `histogram_quantile(${quantile}, sum by (le) (${rate(`${histogram}_bucket`)}))`;
/** @param {string} histogram */
const mean = (histogram) => `sum(${rate(`${histogram}_sum`)}) / sum(${rate(`${histogram}_count`)})`;
/** Mean, half and nearly all of what a histogram has seen. @param {string} histogram */
const spread = (histogram) => ({
  queries: [
    { expr: mean(histogram), legend: "mean" },
    { expr: quantile(0.5, histogram), legend: "p50" },
    { expr: quantile(0.99, histogram), legend: "p99" },
  ],
  overrides: [coloured("mean", "blue"), coloured("p50", "green"), coloured("p99", "orange")],
});
/** What the program says of counting when something is wrong, and when it is right again. */
const ABOUT_COUNTING =
  "Cannot count visits, will try again|Visits are counted again|Counting is stuck|Counting is not stuck any more|The count went back|The database has lost batches.*|The last batch of visits is still open.*";

export const visitCounter = dashboard({
  name: "visit-counter",
  title: "Visit counter",
  description: "How visits become batches and batches commits, and what happens when they cannot.",
  sections: [
    {
      heading: "Chosen time",
      lines: [
        {
          height: 4,
          panels: [
            stat({
              title: "Visits counted",
              description: "Visits that all pods have committed in the chosen time.",
              unit: "locale",
              decimals: 0,
              queries: [
                { expr: `sum(increase(dog_gif_visits_total{${APP}}[$__range]))`, instant: true },
              ],
            }),
            stat({
              title: "Visits in a commit",
              description: "Visits per transaction, on average: what group commit saves.",
              unit: "none",
              decimals: 1,
              queries: [
                {
                  expr: `sum(increase(visit_batch_size_sum{${APP}}[$__range])) / sum(increase(visit_batch_size_count{${APP}}[$__range]))`,
                  instant: true,
                },
              ],
            }),
            stat({
              title: "Commit, p99",
              description: "99 % of the transactions took no longer.",
              unit: "s",
              thresholds: [
                { value: null, color: "green" },
                { value: 0.1, color: "orange" },
                { value: 1, color: "red" },
              ],
              queries: [
                {
                  expr: `histogram_quantile(0.99, sum by (le) (increase(visit_commit_duration_seconds_bucket{${APP}}[$__range])))`,
                  instant: true,
                },
              ],
            }),
            stat({
              title: "Commits failed",
              description:
                "Attempts to commit that failed; each is tried again, and its visits wait meanwhile.",
              unit: "locale",
              decimals: 0,
              thresholds: [
                { value: null, color: "green" },
                { value: 1, color: "orange" },
              ],
              queries: [
                {
                  expr: `sum(increase(visit_commit_failures_total{${APP}}[$__range]))`,
                  instant: true,
                },
              ],
            }),
            stat({
              title: "Visits refused",
              description:
                "Visits answered 503: the queue was full, or their commit did not come in time.",
              unit: "locale",
              decimals: 0,
              thresholds: [
                { value: null, color: "green" },
                { value: 1, color: "red" },
              ],
              queries: [
                { expr: `sum(increase(visits_refused_total{${APP}}[$__range]))`, instant: true },
              ],
            }),
            stat({
              title: "Count went back",
              description:
                "How often the database knew of fewer visits than a pod had acknowledged. Anything but 0 is lost data.",
              unit: "locale",
              decimals: 0,
              thresholds: [
                { value: null, color: "green" },
                { value: 1, color: "red" },
              ],
              queries: [
                {
                  expr: `sum(increase(dog_gif_count_regressions_total{${APP}}[$__range]))`,
                  instant: true,
                },
              ],
            }),
          ],
        },
      ],
    },
    {
      heading: "Batches and commits",
      lines: [
        {
          height: 8,
          panels: [
            timeseries({
              title: "Visits and commits",
              description:
                "Visits counted and transactions committed, per second. The further apart, the more visits share a transaction.",
              unit: "suffix: /s",
              queries: [
                { expr: `sum(${rate("dog_gif_visits_total")})`, legend: "visits" },
                { expr: `sum(${rate("visit_commit_duration_seconds_count")})`, legend: "commits" },
              ],
            }),
            timeseries({
              title: "Visits in a batch",
              description: "Visits committed in one transaction.",
              unit: "none",
              ...spread("visit_batch_size"),
            }),
            timeseries({
              title: "Time of a commit",
              description:
                "From the beginning of a transaction until the database has confirmed it.",
              unit: "s",
              ...spread("visit_commit_duration_seconds"),
            }),
          ],
        },
        {
          height: 8,
          panels: [
            heatmap({
              title: "Batches by size",
              description: "How many transactions had so many visits.",
              unit: "none",
              queries: [
                {
                  expr: `sum by (le) (increase(visit_batch_size_bucket{${APP}}[$__rate_interval]))`,
                  buckets: true,
                },
              ],
            }),
            heatmap({
              title: "Commits by time",
              description: "How many transactions took so long.",
              unit: "s",
              queries: [
                {
                  expr: `sum by (le) (increase(visit_commit_duration_seconds_bucket{${APP}}[$__rate_interval]))`,
                  buckets: true,
                },
              ],
            }),
          ],
        },
      ],
    },
    {
      heading: "Queue and failures",
      lines: [
        {
          height: 8,
          panels: [
            timeseries({
              title: "Queue",
              description:
                "Visits that wait for their commit, by pod; at the dashed line a pod refuses more.",
              unit: "none",
              queries: [
                { expr: `sum by (pod) (visit_queue_depth{${APP}})`, legend: "{{pod}}" },
                { expr: `max(visit_queue_capacity{${APP}})`, legend: "capacity" },
              ],
              overrides: [asLimit("capacity")],
            }),
            timeseries({
              title: "Refused visits",
              description:
                "Visits answered 503 per second, by reason: the queue was full, the commit came too late, or the pod was stopping.",
              unit: "suffix: /s",
              stacked: true,
              queries: [
                { expr: `sum by (reason) (${rate("visits_refused_total")})`, legend: "{{reason}}" },
              ],
            }),
            timeseries({
              title: "Failed commits",
              description:
                "Attempts to commit that failed, per second, by pod. The same visits are tried again until they are counted or nobody waits any more.",
              unit: "suffix: /s",
              queries: [
                {
                  expr: `sum by (pod) (${rate("visit_commit_failures_total")})`,
                  legend: "{{pod}}",
                },
              ],
            }),
          ],
        },
        {
          height: 8,
          panels: [
            timeseries({
              title: "Waiting for the database",
              description:
                "How long each pod's counting thread has been waiting in one attempt. At the line, 15 s, somebody is woken; after a minute liveness fails, and the pod is restarted.",
              unit: "s",
              limit: true,
              thresholds: [
                { value: null, color: "transparent" },
                { value: 15, color: "red" },
              ],
              queries: [
                { expr: `max by (pod) (visit_counting_stuck_seconds{${APP}})`, legend: "{{pod}}" },
              ],
            }),
            timeseries({
              title: "Lifted counts",
              description:
                "How often a pod found the count behind what it had acknowledged, and lifted it again. Always 0 unless the database lost data.",
              unit: "none",
              decimals: 0,
              queries: [
                {
                  expr: `sum by (pod) (dog_gif_count_regressions_total{${APP}})`,
                  legend: "{{pod}}",
                },
              ],
            }),
            timeseries({
              title: "Pods behind",
              description:
                "By how many visitors the pods disagree on the total. Each has counted the others' visits after ten seconds at the latest.",
              unit: "locale",
              queries: [
                {
                  expr: `max(dog_gif_visitors{${APP}}) - min(dog_gif_visitors{${APP}})`,
                  legend: "visitors",
                },
              ],
            }),
          ],
        },
        {
          height: 8,
          panels: [
            logs({
              title: "What the counter says",
              description:
                "Log lines of counting that goes wrong and of counting that is right again. Rightly empty while all is well.",
              queries: [{ expr: `${LINES} | json | msg=~"${ABOUT_COUNTING}"` }],
            }),
          ],
        },
      ],
    },
  ],
});
