# The programs that `nix run` starts beside the app: each is a file in ../tests/scripts/ with its tools on PATH.
{
  lib,
  coreutils,
  curl,
  gnugrep,
  gnused,
  gnutar,
  jq,
  mysql84,
  skopeo,
  util-linux,
  writeShellApplication,
  app,
  images,
}:
let
  # A path of a derivation's recipe, not of its result: the script builds it, nothing else does.
  recipe = derivation: builtins.unsafeDiscardOutputDependency derivation.drvPath;

  script =
    name: runtimeInputs: runtimeEnv:
    writeShellApplication {
      inherit name runtimeInputs runtimeEnv;
      # The script says so itself, but no longer at its beginning: traps call what seems unreachable.
      excludeShellChecks = [
        "SC2317"
        "SC2329"
      ];
      text = builtins.readFile ../tests/scripts/${name}.sh;
    };
in
{
  with-mysql = script "with-mysql" [ app coreutils mysql84 util-linux ] {
    MARIADB_PLUGIN_DIR = "${app.libmysqlclient}/lib/mariadb/plugin";
  };

  reproduce = script "reproduce" [ coreutils gnugrep gnutar jq skopeo ] {
    RECIPES = lib.concatMapStringsSep " " recipe [
      app.cargoArtifacts
      images.image
      images.layout
    ];
  };

  smoke = script "smoke" [ coreutils curl gnugrep gnused jq ] {
    COMPOSE_YAML = "${../compose.yaml}";
    IMAGE_RECIPE = recipe images.image;
  };
}
