# What `nix flake check` checks. To add a check, add a line: `command NAME [ tools ] "script"` runs the script in a
# copy of the repository; when it fails because something derived is stale, let it print what repairs it.
{
  lib,
  deadnix,
  findutils,
  gitMinimal,
  gnugrep,
  gnutar,
  jq,
  mariadb,
  libfaketime,
  mysql84,
  openssl,
  prometheus,
  runCommand,
  shellcheck,
  statix,
  unixtools,
  app,
  formatter,
  images,
  moduleTest,
  sbom,
  source,
}:
let
  inherit (app) craneLib checkArgs;

  command =
    name: tools: script:
    runCommand "check-${name}" { nativeBuildInputs = tools; } ''
      cp --recursive --no-preserve=mode,ownership ${source} tree
      cd tree
      export HOME=$TMPDIR
      ${script}
      touch "$out"
    '';

  # A script that fails prints how to repair what it found.
  orRepair = repair: script: ''
    { ${script}; } || { printf '\nRepair it with: %s\n' ${lib.escapeShellArg repair} >&2; exit 1; }
  '';

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

  deadnix = command "deadnix" [ deadnix ] (
    orRepair "nix develop --command deadnix --edit" "deadnix --fail ."
  );
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
  shellcheck = command "shellcheck" [
    findutils
    gnugrep
    shellcheck
  ] "bash tests/scripts/check-shell.sh";
  statix = command "statix" [ statix ] (orRepair "nix develop --command statix fix" "statix check .");
}
