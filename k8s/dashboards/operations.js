// What the pods use, what they hold (connections, pool, cache), and what they write into the log.
// @ts-check

import { APP, LINES, dashboard } from "./dashboard.js";
import { asLimit, coloured, countedLines, logs, stat, tableOfLines, timeseries } from "./panels.js";

/** What selects the app's container where the cluster's own metrics tell of it. */
const CONTAINER = 'namespace="$namespace", container="dog-gif-app"';
/** @param {string} metric */
const rate = (metric) => `rate(${metric}{${APP}}[$__rate_interval])`;

export const operations = dashboard({
  name: "operations",
  title: "Operations",
  description: "What the pods use and hold, and what they write into the log.",
  variables: [
    {
      name: "request_id",
      type: "textbox",
      label: "Request",
      description:
        "The id that an error page shows and every answer carries as X-Request-Id: its lines are at the bottom",
      query: "none",
    },
  ],
  sections: [
    {
      heading: "Pods",
      lines: [
        {
          height: 4,
          panels: [
            stat({
              title: "Scraped",
              description: "Pods that answer Prometheus.",
              unit: "none",
              queries: [{ expr: `sum(up{${APP}})` }],
              thresholds: [
                { value: null, color: "red" },
                { value: 1, color: "green" },
              ],
            }),
            stat({
              title: "Restarts",
              description:
                "Restarts of the app's containers in the chosen time (kube-state-metrics).",
              unit: "none",
              decimals: 0,
              thresholds: [
                { value: null, color: "green" },
                { value: 1, color: "orange" },
              ],
              queries: [
                {
                  expr: `sum(increase(kube_pod_container_status_restarts_total{${CONTAINER}}[$__range]))`,
                  instant: true,
                },
              ],
            }),
            stat({
              title: "Oldest pod",
              description: "How long the pod that has run longest has been running.",
              unit: "s",
              decimals: 0,
              queries: [{ expr: `time() - min(process_start_time_seconds{${APP}})` }],
            }),
            stat({
              title: "In flight",
              description: "Requests being answered now.",
              unit: "none",
              spark: true,
              queries: [{ expr: `sum(http_requests_in_flight{${APP}})` }],
            }),
            stat({
              title: "Cache hits",
              description: "Share of the looks for a GIF that found it in memory.",
              unit: "percentunit",
              decimals: 1,
              spark: true,
              queries: [
                {
                  expr: `sum(rate(gif_cache_requests_total{${APP}, result="hit"}[$__rate_interval])) / sum(${rate("gif_cache_requests_total")})`,
                },
              ],
            }),
            stat({
              title: "Dogs",
              description: "GIFs in the catalogue.",
              unit: "locale",
              queries: [{ expr: `max(gif_catalogue_size{${APP}})` }],
            }),
          ],
        },
        {
          height: 8,
          panels: [
            timeseries({
              title: "Memory",
              description:
                "Resident memory by pod; at the dashed line, the container's limit (kube-state-metrics), the kernel kills it.",
              unit: "bytes",
              queries: [
                { expr: `sum by (pod) (process_resident_memory_bytes{${APP}})`, legend: "{{pod}}" },
                {
                  expr: `max(kube_pod_container_resource_limits{${CONTAINER}, resource="memory"})`,
                  legend: "limit",
                },
              ],
              overrides: [asLimit("limit")],
            }),
            timeseries({
              title: "CPU",
              description:
                "Cores in use by pod; the dashed line is what the scheduler reserves for each (kube-state-metrics), and there is no limit.",
              unit: "suffix: cores",
              queries: [
                { expr: `sum by (pod) (${rate("process_cpu_seconds_total")})`, legend: "{{pod}}" },
                {
                  expr: `max(kube_pod_container_resource_requests{${CONTAINER}, resource="cpu"})`,
                  legend: "request",
                },
              ],
              overrides: [asLimit("request")],
            }),
            timeseries({
              title: "File descriptors and threads",
              description:
                "Open file descriptors, and threads, by pod. A pod keeps some descriptors back and makes visitors wait before it runs out.",
              unit: "none",
              queries: [
                {
                  expr: `sum by (pod) (process_open_fds{${APP}})`,
                  legend: "descriptors of {{pod}}",
                },
                { expr: `sum by (pod) (process_threads{${APP}})`, legend: "threads of {{pod}}" },
              ],
            }),
          ],
        },
      ],
    },
    {
      heading: "Connections, pool and cache",
      lines: [
        {
          height: 8,
          panels: [
            timeseries({
              title: "Connections",
              description: "Open connections of visitors and of operators, by pod.",
              unit: "none",
              queries: [
                {
                  expr: `sum by (pod, listener) (http_connections{${APP}})`,
                  legend: "{{listener}} of {{pod}}",
                },
              ],
            }),
            timeseries({
              title: "Room for visitors",
              description:
                "Share of the places for visitors' connections that are taken, on the fullest pod. At 100 % more wait, and those without a request are asked to go.",
              unit: "percentunit",
              max: 1,
              queries: [
                {
                  expr: `max(http_connections{${APP}, listener="website"} / http_connections_max{${APP}, listener="website"})`,
                  legend: "fullest pod",
                },
              ],
            }),
            timeseries({
              title: "Connections that waited or failed",
              description:
                "Connections per second that had to wait for a place, and attempts to accept one that failed for want of descriptors or memory.",
              unit: "suffix: /s",
              queries: [
                { expr: `sum(${rate("http_connections_delayed_total")})`, legend: "waited" },
                { expr: `sum(${rate("http_accept_failures_total")})`, legend: "failed" },
              ],
              overrides: [coloured("waited", "yellow"), coloured("failed", "red")],
            }),
          ],
        },
        {
          height: 8,
          panels: [
            timeseries({
              title: "Database connections",
              description:
                "Pooled connections for reads by state, of all pods; the visit counter has one more in each pod.",
              unit: "none",
              stacked: true,
              queries: [
                { expr: `sum by (state) (store_pool_connections{${APP}})`, legend: "{{state}}" },
              ],
            }),
            timeseries({
              title: "Looks into the cache",
              description:
                "Looks for a GIF per second: `hit` was in memory, `miss` came from the database. Many misses at a full cache: GIF_CACHE_MIB is too small.",
              unit: "suffix: /s",
              stacked: true,
              queries: [
                {
                  expr: `sum by (result) (${rate("gif_cache_requests_total")})`,
                  legend: "{{result}}",
                },
              ],
              overrides: [coloured("hit", "green"), coloured("miss", "orange")],
            }),
            timeseries({
              title: "Cache",
              description: "Bytes of GIFs in memory, by pod.",
              unit: "bytes",
              queries: [{ expr: `sum by (pod) (gif_cache_bytes{${APP}})`, legend: "{{pod}}" }],
            }),
          ],
        },
      ],
    },
    {
      heading: "Log",
      lines: [
        {
          height: 7,
          widths: [8, 16],
          panels: [
            countedLines({
              title: "Lines by level",
              description: "Log lines by level.",
              unit: "short",
              queries: [
                {
                  expr: `sum by (level) (count_over_time(${LINES} | json [$__auto]))`,
                  legend: "{{level}}",
                },
              ],
              overrides: [
                coloured("error", "red"),
                coloured("warning", "orange"),
                coloured("info", "green"),
                coloured("debug", "blue"),
              ],
            }),
            tableOfLines({
              title: "Failed requests",
              description:
                "Requests whose answer has a status of 5xx, the latest first. A click on a request's id shows all its lines in the panel below, the cause among them. Rightly empty while all is well.",
              queries: [{ expr: `${LINES} | json | msg="Request" | status>=500` }],
              fields: [
                { name: "time", width: 240 },
                {
                  name: "request_id",
                  width: 260,
                  links: [
                    {
                      title: "All lines of this request",
                      url: "/d/dog-gif-app-operations?${__url_time_range}&${metrics:queryparam}&${logs:queryparam}&${namespace:queryparam}&var-request_id=${__value.raw}",
                    },
                  ],
                },
                { name: "method", width: 80 },
                { name: "route" },
                { name: "status", width: 80 },
                { name: "duration_ms", width: 110, unit: "ms" },
              ],
            }),
          ],
        },
        {
          height: 8,
          panels: [
            logs({
              title: "One request",
              description:
                "Every line of the request whose id is in the field Request at the top: what was asked, and the cause of an error. Rightly empty until there is one.",
              queries: [{ expr: `${LINES} |= "$request_id" | json | request_id="$request_id"` }],
            }),
          ],
        },
        {
          height: 10,
          panels: [
            logs({
              title: "Warnings and errors",
              description:
                "Log lines of these levels, the latest first. Rightly empty while all is well.",
              queries: [{ expr: `${LINES} | json | level=~"warning|error"` }],
            }),
          ],
        },
      ],
    },
  ],
});
