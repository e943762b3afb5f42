# `nix develop`: everything that CONTRIBUTING names, at the versions that the build uses.
{
  lib,
  pkgs,
  app,
  craneLib,
  formatter,
}:
craneLib.devShell {
  inputsFrom = [ app ];

  packages =
    (with pkgs; [
      # Rust
      cargo-deny
      cargo-nextest
      diesel-cli
      rust-analyzer

      # Databases: clients and the servers that the tests start
      mariadb
      mysql84
      sqlite

      # Load, and a browser
      chromedriver
      chromium
      nodejs
      oha
      wrk

      # Kubernetes and delivery
      argocd
      kubeconform
      kubectl
      kubernetes-helm
      kustomize
      prometheus.cli

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
      python3
      shellcheck
      skopeo
      statix
      syft
      util-linux
      zizmor
    ])
    ++ [ formatter ];

  env = {
    MARIADB_PLUGIN_DIR = "${app.libmysqlclient}/lib/mariadb/plugin";
    RUST_SRC_PATH = "${pkgs.rustPlatform.rustLibSrc}";
    # Both servers bring a program called `mariadbd` or `mysqld`, and MariaDB's also answers to the other name.
    TEST_MARIADBD = lib.getExe' pkgs.mariadb "mariadbd";
    TEST_MARIADB_INSTALL_DB = lib.getExe' pkgs.mariadb "mariadb-install-db";
    TEST_MYSQLD = lib.getExe' pkgs.mysql84 "mysqld";
    CHROMEDRIVER = lib.getExe pkgs.chromedriver;
    CHROMIUM = lib.getExe pkgs.chromium;
  };
}
