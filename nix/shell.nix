# `nix develop`: everything that CONTRIBUTING names, at the versions that the build uses.
{
  lib,
  pkgs,
  app,
  craneLib,
  formatter,
}:
let
  # MySQL's client, and the servers that the tests start. Their programs only: both bring a client library
  # that pkg-config would find before the connector.
  databases = pkgs.buildEnv {
    name = "databases";
    paths = [
      pkgs.mysql84
      pkgs.mariadb
    ];
    pathsToLink = [ "/bin" ];
    ignoreCollisions = true;
  };

  # The servers that the tests start, and promtool.
  monitoring = pkgs.buildEnv {
    name = "monitoring";
    paths = [
      pkgs.prometheus
      pkgs.prometheus.cli
      pkgs.prometheus-alertmanager
    ];
    pathsToLink = [ "/bin" ];
  };
in
craneLib.devShell {
  inputsFrom = [ app ];

  packages =
    (with pkgs; [
      # Rust, and a look into the embedded database
      cargo-deny
      cargo-mutants
      cargo-nextest
      diesel-cli
      rust-analyzer
      sqlite

      # Load, a browser, and a proxy that follows a primary
      chromedriver
      chromium
      haproxy
      nodejs
      oha
      wrk

      # Kubernetes and delivery
      argocd
      helm-docs
      kubeconform
      kubectl
      kubernetes-helm
      kustomize

      # `make cluster`: the control plane, a node, and what Argo CD and Git need beside them
      cni-plugins
      containerd
      etcd
      go
      iproute2
      ipset
      iptables
      kubernetes
      kwok
      lighttpd
      nftables
      runc
      valkey

      # Infrastructure: Terraform itself is not free software
      opentofu
      tflint

      # Workflows, scripts, images
      actionlint
      cosign
      deadnix
      jq
      openssl.bin
      podman-compose
      (python3.withPackages (packages: [ packages.pyyaml ]))
      shellcheck
      skopeo
      statix
      syft
      util-linux
      zizmor
    ])
    ++ [
      databases
      formatter
      monitoring
    ];

  env = {
    MARIADB_PLUGIN_DIR = "${app.libmysqlclient}/lib/mariadb/plugin";
    RUST_SRC_PATH = "${pkgs.rustPlatform.rustLibSrc}";
    TEST_FAKETIME = "${pkgs.libfaketime}/lib/libfaketime.so.1";
    TEST_MARIADBD = lib.getExe' pkgs.mariadb "mariadbd";
    TEST_MARIADB_INSTALL_DB = lib.getExe' pkgs.mariadb "mariadb-install-db";
    TEST_PROMETHEUS = "${monitoring}/bin";
    TEST_MYSQLD = lib.getExe' pkgs.mysql84 "mysqld";
    CHROMEDRIVER = lib.getExe pkgs.chromedriver;
    CHROMIUM = lib.getExe pkgs.chromium;
  };
}
