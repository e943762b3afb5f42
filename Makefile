# What people type. `make` alone lists it.

.PHONY: help run test lint bench load smoke tools bump promote render diff readme cluster

# Its arguments are the variables on make's command line, which make exports.
DELIVERY = cargo run --quiet --locked --manifest-path tests/cluster/Cargo.toml --target-dir target --

help: ## this list
	@sed -nE 's/^([a-z]+):.* ## (.*)/make \1\t\2/p' Makefile | expand -t 14

run: ## build in release mode and serve http://127.0.0.1:5000
	@tests/provision/toolchain.sh
	@tests/provision/packages.sh build
	@REVISION=$$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown) cargo run --release --locked -- serve

test: ## everything: formats, lints, unit tests, three databases, a browser, a real cluster
	@tests/run.sh

lint: ## formats, clippy, shell scripts
	@tests/run.sh format lint shell pages

bench: tools ## figures, side by side with what they are compared to
	@PATH="$$PATH:/usr/sbin" cargo bench --locked

load: tools ## the whole program under load only
	@PATH="$$PATH:/usr/sbin" cargo bench --locked --bench load

smoke: ## bring IMAGE up with MySQL under docker or podman, and look at it from outside
	@nix/scripts/smoke.sh

bump: ## write an image into an environment: ENVIRONMENT=dev TAG=… DIGEST=sha256:…
	@$(DELIVERY) bump

promote: ## copy the version of one environment to the next: FROM=dev TO=staging
	@$(DELIVERY) promote

render: ## the manifests of ENVIRONMENT, as Argo CD makes them
	@$(DELIVERY) render

diff: ## what every environment would run otherwise than at BASE (origin/main if unset)
	@$(DELIVERY) diff

readme: ## write the README of the chart, with its table of values from the comments in values.yaml
	@$(DELIVERY) readme

tools: ## install what the other targets need, saying what
	@tests/provision/toolchain.sh test
	@tests/provision/packages.sh build test bench

cluster: ## Kubernetes and Argo CD on this machine, syncing this checkout, until Ctrl-C (NODES=simulated: no containers)
	@tests/provision/toolchain.sh
	@tests/provision/packages.sh cluster
	@tests/provision/packages.sh build
	@[ "$$NODES" = simulated ] || tests/provision/oracle_mysql.sh >/dev/null
	@$(DELIVERY) up
