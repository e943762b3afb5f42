#!/bin/bash
# Prometheus with the rules beside a running `make run`, and every change of an alert on the terminal. Ctrl-C ends all.
#
#   OPS_PORT          where the program shows its metrics, 9090 as its own default
#   PROMETHEUS_PORT   where this Prometheus listens
set -euo pipefail
cd "$(dirname "$0")/../.."
operations=${OPS_PORT:-9090} port=${PROMETHEUS_PORT:-9091}
programs=$(tests/scripts/provision/prometheus.sh)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# Every 5 s, as nobody wants to wait on a laptop; the rules look at minutes and are the ones of production.
cat >"$directory/prometheus.yaml" <<YAML
global: {scrape_interval: 5s, evaluation_interval: 5s}
rule_files: ["$PWD/k8s/charts/dog-gif-app/files/rules.yaml"]
scrape_configs:
  - job_name: dog-gif-app
    static_configs: [{targets: ["127.0.0.1:$operations"], labels: {namespace: laptop}}]
YAML
# Gone with this script, however that ends.
setpriv --pdeathsig TERM "$programs/prometheus" --config.file="$directory/prometheus.yaml" --storage.tsdb.path="$directory/data" \
    --web.listen-address="127.0.0.1:$port" 2>"$directory/prometheus.log" &
prometheus=$!
trap 'kill "$prometheus" 2>/dev/null; wait "$prometheus"; rm -rf "$directory"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Asks for the probe as Kubernetes would; otherwise nobody knows whether it is ready.
probe() {
    exec 3<>"/dev/tcp/127.0.0.1/$operations" || return
    printf 'GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n' >&3
    timeout 5 cat <&3
    exec 3>&-
}

# The alerts of now, a line each.
alerts() {
    "$programs/promtool" query instant "http://127.0.0.1:$port" ALERTS |
        sed -nE 's/.*alertname="([^"]+)".*alertstate="([^"]+)".*severity="([^"]+)".*/\2 \1 (\3)/p' | sort
}

printf 'Prometheus scrapes port %s, and listens on http://127.0.0.1:%s. Alerts that change are told here; for example:\n' "$operations" "$port"
printf "  %s query instant http://127.0.0.1:%s 'sum by (route, status) (rate(http_requests_total[1m]))'\n" "${programs#"$PWD/"}/promtool" "$port"
told=
while kill -0 "$prometheus" 2>/dev/null; do
    probe >/dev/null 2>&1 || true
    if now=$(alerts 2>/dev/null); then
        while read -r sign alert; do
            case $sign in
            '>') printf '%(%T)T %s\n' -1 "$alert" ;;
            '<') printf '%(%T)T over: %s\n' -1 "$alert" ;;
            esac
        done < <(diff <(echo "$told") <(echo "$now") | grep -E '^[<>] .')
        told=$now
    fi
    # In the background, so that Ctrl-C need not wait for it.
    sleep 2 &
    wait $!
done
echo "Prometheus has ended:" >&2
tail -n 5 "$directory/prometheus.log" >&2
exit 1
