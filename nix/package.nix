# The program, built by crane: the dependencies apart from the crate, from the sources named here and
# nothing else. A file that is not listed (or that git does not track) does not exist for the build, so
# that editing a document, a manifest or a workflow rebuilds nothing.
{
  lib,
  craneLib,
  pkg-config,
  libmysqlclient,
  openssl,
  rustc,
}:
let
  manifest = lib.importTOML ../Cargo.toml;

  # curl serves a plugin that loads tables from URLs: without it, some ten libraries fewer to ship and to patch.
  connector = libmysqlclient.overrideAttrs (previous: {
    cmakeFlags = previous.cmakeFlags or [ ] ++ [ "-DWITH_CURL=OFF" ];
    propagatedBuildInputs = lib.filter (
      input: lib.getName input != "curl"
    ) previous.propagatedBuildInputs;
  });

  sourceOf =
    paths:
    lib.fileset.toSource {
      root = ../.;
      fileset = lib.fileset.unions paths;
    };

  programSources = [
    ../Cargo.lock
    ../Cargo.toml
    ../assets
    ../build.rs
    ../migrations
    ../src
    ../templates
  ];

  # What clippy and the tests read besides.
  testSources = programSources ++ [
    ../.config/nextest.toml
    ../ARCHITECTURE.md
    ../CONTRIBUTING.md
    ../README.md
    ../benches
    ../clippy.toml
    ../deny.toml
    ../examples
    ../rustfmt.toml
    ../tests
  ];

  # cargo refuses a manifest that names a target whose file is missing; what is in it does not matter here.
  declared = kind: map (target: target.path or "${kind}/${target.name}.rs");
  stubs =
    lib.concatMapStrings
      (path: ''
        mkdir -p ${dirOf path}
        [ -e ${path} ] || echo 'fn main() {}' > ${path}
      '')
      (
        declared "benches" (manifest.bench or [ ])
        ++ declared "tests" (manifest.test or [ ])
        ++ declared "examples" (manifest.example or [ ])
      );

  commonArgs = {
    src = sourceOf programSources;
    strictDeps = true;
    # cargo keeps when the compiler was made: dependencies from another machine would differ by that alone.
    CARGO_CACHE_RUSTC_INFO = "0";
    nativeBuildInputs = [ pkg-config ];
    # The MariaDB connector, and the OpenSSL that it links anyway; SQLite is compiled in.
    buildInputs = [
      connector
      openssl
    ];
  };
  # For the program alone: nothing that only tests need, and no `cargo check` before the build.
  cargoArtifacts = craneLib.buildDepsOnly (
    commonArgs
    // {
      doCheck = false;
      cargoCheckCommand = "true";
    }
  );

  # The tests run on what `cargo test` builds; linking each of them as thoroughly as a release takes minutes.
  checkArgs = commonArgs // {
    src = sourceOf testSources;
    CARGO_PROFILE = "dev";
  };
in
assert lib.assertMsg (lib.versionAtLeast rustc.version manifest.package.rust-version)
  "Cargo.toml wants rustc ${manifest.package.rust-version}, this nixpkgs has ${rustc.version}: update the one or lower the other";
craneLib.buildPackage (
  commonArgs
  // {
    inherit cargoArtifacts;
    postPatch = stubs;
    # The tests are checks of their own (nix/checks.nix).
    doCheck = false;
    passthru = {
      inherit craneLib cargoArtifacts;
      libmysqlclient = connector;
      # The crates whose code is in the program, for nix/sbom.nix: neither tests' nor builds' nor other systems'.
      crates = craneLib.mkCargoDerivation (
        commonArgs
        // {
          cargoArtifacts = null;
          doInstallCargoArtifacts = false;
          pnameSuffix = "-crates";
          postPatch = stubs;
          buildPhaseCargoCommand = "cargo tree --locked --edges normal --prefix none > crates";
          installPhaseCommand = ''sort --unique crates > "$out"'';
        }
      );
      checkArgs = checkArgs // {
        cargoArtifacts = craneLib.buildDepsOnly checkArgs;
      };
    };
    meta = {
      inherit (manifest.package) description;
      license = lib.licenses.mit;
      mainProgram = manifest.package.name;
      platforms = lib.platforms.linux;
    };
  }
)
