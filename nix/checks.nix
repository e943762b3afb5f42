# What `nix flake check` checks. To add a check, add a line: `command NAME [ tools ] "script"` runs the script in a
# copy of the repository; when it fails because something derived is stale, let it print what repairs it.
{
  lib,
  actionlint,
  argocd,
  buildGoModule,
  chromium,
  deadnix,
  dejavu_fonts,
  etcd,
  gitMinimal,
  gnutar,
  jq,
  kubectl,
  kubernetes,
  kubernetes-helm,
  kustomize,
  makeFontsConf,
  mariadb,
  libfaketime,
  mysql84,
  nix,
  nodejs,
  openssl,
  opentelemetry-collector-contrib,
  opentofu,
  prometheus,
  python3,
  runCommand,
  shellcheck,
  statix,
  terraform-providers,
  unixtools,
  valkey,
  yq-go,
  zizmor,
  app,
  formatter,
  images,
  moduleTest,
  nodeModules,
  sbom,
  source,
}:
let
  inherit (app) craneLib checkArgs;

  command =
    name: tools: script:
    runCommand "check-${name}" { nativeBuildInputs = tools; } ''
      cp --recursive ${source} tree
      chmod --recursive u+w tree
      cd tree
      export HOME=$TMPDIR
      ${script}
      touch "$out"
    '';

  # A script that fails prints how to repair what it found.
  orRepair = repair: script: ''
    { ${script}; } || { printf '\nRepair it with: %s\n' ${lib.escapeShellArg repair} >&2; exit 1; }
  '';

  # The tests in a folder of tests/ that node runs.
  onNode =
    name: environment:
    command name [ nodejs ] ''
      cd tests/${name}
      ln -s ${nodeModules ../tests/${name}/package-lock.json}/node_modules .
      env ${
        toString (lib.mapAttrsToList (variable: value: "${variable}=${value}") environment)
      } node --test
    '';

  terraformStandin = buildGoModule {
    pname = "standin";
    version = "0";
    src = ../tests/terraform/standin;
    # After a change of go.sum: `go mod vendor && nix hash path vendor`, there.
    vendorHash = "sha256-BAsI3Yka9pO6wsZHoqmEHaegSH8y+ol0TfSsNRrHYYA=";
    meta.mainProgram = "standin";
  };

  # What the tests find beside cargo: openssl makes certificates, and MariaDB's installer asks for the host's
  # name. By absolute paths, because a package on nativeBuildInputs would change
  # PKG_CONFIG_PATH and build the dependencies anew.
  tested =
    database: arguments:
    checkArgs
    // {
      pname = "${app.pname}-on-${database}";
      preCheck = "export PATH=$PATH:${
        lib.makeBinPath [
          openssl
          unixtools.hostname
        ]
      }";
      doInstallCargoArtifacts = false;
    }
    // arguments
    // {
      env = {
        TEST_DATABASE = database;
        TEST_PROMETHEUS = "${prometheus.cli}/bin";
        TEST_FAKETIME = "${libfaketime}/lib/libfaketime.so.1";
        # Snapshots are compared, never written.
        INSTA_UPDATE = "no";
        MARIADB_PLUGIN_DIR = "${app.libmysqlclient}/lib/mariadb/plugin";
      }
      // arguments.env or { };
    };

  # The story against a real server. All tests share one, which nextest could not do: it gives each test a
  # process of its own. Faults measure times, so they come one at a time. Failover needs MySQL's plugins and HAProxy:
  # `make test` has it.
  onServer =
    database: env:
    craneLib.cargoTest (
      tested database {
        inherit env;
        cargoTestExtraArgs = "--test it -- --include-ignored --skip once:: --skip faults:: --skip failover:: --skip observability:: --skip logs::";
        postCheck = "cargoWithProfile test --locked --test it -- --include-ignored --nocapture --test-threads=1 faults::";
      }
    );
in
{
  inherit (images) image;
  module = moduleTest;

  clippy = craneLib.cargoClippy (
    checkArgs
    // {
      cargoClippyExtraArgs = "--all-targets -- --deny warnings";
      doInstallCargoArtifacts = false;
    }
  );
  dependencies = craneLib.cargoDeny checkArgs;
  documentation = craneLib.cargoDoc (checkArgs // { RUSTDOCFLAGS = "--deny warnings"; });
  on-sqlite = craneLib.cargoNextest (
    tested "sqlite" {
      # The documents and the rules are no source of this build; `make test` looks at them.
      cargoNextestExtraArgs = "--no-fail-fast -- --skip once::bill_of_materials --skip once::documents --skip once::image_index --skip once::replication --skip observability:: --skip logs::";
    }
  );
  on-mariadb = onServer "mariadb" {
    TEST_MARIADBD = lib.getExe' mariadb "mariadbd";
    TEST_MARIADB_INSTALL_DB = lib.getExe' mariadb "mariadb-install-db";
  };
  on-mysql = onServer "mysql" { TEST_MYSQLD = lib.getExe' mysql84 "mysqld"; };

  # Manifests, asked of a real API server, and rendered by an Argo CD.
  api-server = command "api-server" [
    argocd
    etcd
    gitMinimal
    kubectl
    kubernetes
    kubernetes-helm
    kustomize
    openssl
    valkey
    yq-go
  ] "ARGO_CD=${argocd.src} bash tests/scripts/api-server.sh";

  # The website in a browser.
  browser = onNode "browser" {
    DOG_GIF_APP = lib.getExe app;
    CHROMIUM = lib.getExe chromium;
    FONTCONFIG_FILE = makeFontsConf { fontDirectories = [ dejavu_fonts ]; };
  };
  dashboards = onNode "dashboards" { };

  # What a node's collector is told, judged by a collector; nothing is collected.
  collector = command "collector" [ opentelemetry-collector-contrib yq-go ] ''
    values=k8s/platform/logging/opentelemetry-collector.yaml
    yq .alternateConfig "$values" > collector.yaml
    mapfile -t arguments < <(yq '.command.extraArgs[]' "$values")
    export MY_POD_IP=127.0.0.1 LOGS_OF_PODS=$PWD/logs STATE=$PWD/state LOKI=http://127.0.0.1:3100/otlp
    otelcol-contrib --version
    otelcol-contrib validate --config collector.yaml "''${arguments[@]}"
  '';

  deadnix = command "deadnix" [ deadnix ] (
    orRepair "nix develop --command deadnix --edit" "deadnix --fail ."
  );
  # Nix files, the lock, compose.yaml, shell scripts, and the links of documents. They ask git what there is.
  files =
    command "files"
      [
        gitMinimal
        nix
        (python3.withPackages (packages: [ packages.pyyaml ]))
        shellcheck
      ]
      ''
        export NIX_STATE_DIR=$TMPDIR/nix
        git init --quiet
        git add --all
        bash tests/scripts/check-files.sh
        bash tests/scripts/workflows/check-links.sh
      '';
  format = command "format" [ formatter gitMinimal ] (
    orRepair "nix fmt" "treefmt --walk filesystem --no-cache --fail-on-change"
  );
  image-closure = command "image-closure" [
    gnutar
  ] "bash tests/scripts/image-closure.sh ${images.image} | tee \"$out\"";
  image-size = command "image-size" [
    jq
  ] "bash tests/scripts/image-size.sh ${images.layout}/layout 40 | tee \"$out\"";
  rules = command "rules" [
    prometheus.cli
  ] "promtool check rules k8s/charts/*/files/rules.yaml && promtool test rules tests/rules/*.yaml";
  # The list itself, what is not in the image, and a licence that the compiler's must not replace.
  sbom = command "sbom" [ jq ] ''
    jq --exit-status '
      (.components | map(.name)) as $names
      | ($names | index("diesel")) and ($names | index("glibc")) and all($names[]; startswith("windows") | not)
        and all(.components[] | select(.name | test("^x?gcc$")); .licenses[0].expression | test("GCC-exception"))
    ' ${sbom}
  '';
  # The leg of `make test`, checkov excepted. A provider of nixpkgs judges where its version is one that terraform/
  # takes, and the stand-in where not; the log says which.
  terraform =
    command "terraform"
      [
        (python3.withPackages (
          packages:
          [
            packages.boto3
            packages.moto
            packages.pyyaml
          ]
          ++ packages.moto.optional-dependencies.server
        ))
      ]
      ''
        patchShebangs tests/scripts/infrastructure.sh
        export TEST_TERRAFORM=${lib.getExe opentofu} TEST_TERRAFORM_STANDIN=${lib.getExe terraformStandin}
        export TEST_TERRAFORM_PROVIDERS=${
          lib.concatMapStringsSep ":" (provider: "${provider}/libexec/terraform-providers") [
            terraform-providers.hashicorp_aws
            terraform-providers.hashicorp_google
            terraform-providers.hashicorp_random
          ]
        }
        python3 -m tests.terraform
      '';
  statix = command "statix" [ statix ] (orRepair "nix develop --command statix fix" "statix check .");
  # They look for the root of a repository.
  workflows = command "workflows" [
    actionlint
    gitMinimal
    shellcheck
    zizmor
  ] "git init --quiet && actionlint && zizmor --offline --no-progress .github";
}
