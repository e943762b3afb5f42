# What people type. `make` alone lists it.

.PHONY: help run test test-failover mutants lint bench load observe smoke tools bump promote render diff readme cleanup adopt dashboards picture cluster plan apply drift

# Its arguments are the variables on make's command line, which make exports.
DELIVERY = cargo run --quiet --locked --manifest-path tests/cluster/Cargo.toml --target-dir target --

help: ## this list
	@sed -nE 's/^([a-z-]+):.* ## (.*)/make \1\t\2/p' Makefile | expand -t 20

run: ## build in release mode and serve http://127.0.0.1:5000
	@tests/scripts/provision/toolchain.sh
	@tests/scripts/provision/packages.sh build
	@REVISION=$$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown) cargo run --release --locked -- serve

test: ## everything: formats, lints, unit tests, three databases, a browser, a real cluster
	@tests/run.sh

test-failover: ## every failover of a replicated MySQL under load, in four minutes
	@tests/run.sh failover

mutants: ## break counting, the store and the served files in small ways, and see that a test minds each time (hours)
	@tests/scripts/provision/packages.sh build test
	@tests/scripts/mutants.sh

lint: ## formats, clippy, shell scripts
	@tests/run.sh format lint shell pages

bench: tools ## figures, side by side with what they are compared to
	@PATH="$$PATH:/usr/sbin" cargo bench --locked

load: tools ## the whole program under load only
	@PATH="$$PATH:/usr/sbin" cargo bench --locked --bench load

observe: ## Prometheus with the rules beside a running `make run`, and its alerts on the terminal, until Ctrl-C
	@tests/scripts/observe.sh

smoke: ## bring IMAGE up with MySQL under docker or podman, and look at it from outside
	@tests/scripts/smoke.sh

bump: ## write an image into an environment: ENVIRONMENT=dev TAG=… DIGEST=sha256:…
	@$(DELIVERY) bump

promote: ## copy the version of one environment to the next: FROM=dev TO=staging
	@$(DELIVERY) promote

render: ## the manifests of ENVIRONMENT, as Argo CD makes them
	@$(DELIVERY) render

diff: ## what every environment would run otherwise than at BASE (origin/main if unset)
	@$(DELIVERY) diff

cleanup: ## which images may go, and why; YES=1 deletes them (IMAGES=… CHARTS=… for others than the chart's)
	@$(DELIVERY) cleanup

adopt: ## make it yours: OWNER=… DOMAIN=… NONPRODUCTION_PROJECT=… PRODUCTION_PROJECT=… BUCKETS=…
	@$(DELIVERY) adopt

readme: ## write the README of the chart, with its table of values from the comments in values.yaml
	@$(DELIVERY) readme

dashboards: ## write the chart's dashboards for Grafana, as k8s/dashboards/ describes them
	@node k8s/dashboards/build.js

picture: ## draw the overview's picture of the README, from the figures of a real app (four minutes)
	@tests/scripts/provision/packages.sh build test
	@tests/scripts/provision/prometheus.sh >/dev/null
	@PATH="$$PATH:/usr/sbin" TEST_DATABASE=mariadb cargo test --locked --test it -- --ignored dashboards::picture --nocapture

tools: ## install what the other targets need, saying what
	@tests/scripts/provision/toolchain.sh test
	@tests/scripts/provision/packages.sh build test bench

cluster: ## Kubernetes and Argo CD on this machine, syncing this checkout, until Ctrl-C (NODES=simulated: no containers)
	@tests/scripts/provision/toolchain.sh
	@tests/scripts/provision/packages.sh cluster
	@tests/scripts/provision/packages.sh build
	@[ "$$NODES" = simulated ] || tests/scripts/provision/oracle-mysql.sh >/dev/null
	@[ -n "$$NODES" ] || unset NODES; [ -n "$$IMAGE" ] || unset IMAGE; $(DELIVERY) up

plan: ## what `make apply` would do to the clouds: ENVIRONMENT=nonproduction or production
	@tests/scripts/infrastructure.sh plan $(ENVIRONMENT)

apply: ## make the clouds as terraform/ says, after showing it and asking: ENVIRONMENT=nonproduction
	@tests/scripts/infrastructure.sh apply $(ENVIRONMENT)

drift: ## whether the clouds are as terraform/ says: ENVIRONMENT=production
	@tests/scripts/infrastructure.sh drift $(ENVIRONMENT)
