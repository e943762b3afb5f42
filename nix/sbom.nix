# What the image is made of, as CycloneDX: the store paths of its closure and the crates in its program, with
# their licences. No date and no random number, so that the same image has the same list.
{
  lib,
  closureInfo,
  pkgs,
  python3,
  runCommand,
  stdenv,
  writeText,
  app,
  images,
}:
let
  # A closure is paths without names for their licences; these are the recipes that can have put a path there:
  # what the image and its libraries are built from, and what those are.
  seeds = images.contents ++ [
    stdenv.cc.cc
    stdenv.cc.libc
  ];
  inputsOf =
    package:
    lib.filter lib.isDerivation (
      lib.flatten ((package.buildInputs or [ ]) ++ (package.propagatedBuildInputs or [ ]))
    );
  recipes = map (node: node.package) (
    builtins.genericClosure {
      startSet = map node seeds;
      operator = { package, ... }: map node (inputsOf package);
    }
  );
  node = package: {
    key = builtins.unsafeDiscardStringContext package.outPath;
    inherit package;
  };

  # Bootstrapping gives some of them another path: those are found by their name.
  named = lib.filter (package: package != null) (
    map (name: pkgs.${name} or null) [
      "cacert"
      "glibc"
      "libidn2"
      "libunistring"
      "libxcrypt"
      "openssl"
      "zlib"
      "zstd"
    ]
  );
  licences =
    package:
    map (licence: licence.spdxId or licence.fullName or "unknown") (
      lib.toList (package.meta.license or [ ])
    );
  known = lib.filterAttrs (_: texts: texts != [ ]) (
    lib.listToAttrs (
      map (package: lib.nameValuePair (lib.getName package) (licences package)) (named ++ recipes)
    )
  );
in
runCommand "${app.name}-sbom.cdx.json"
  {
    nativeBuildInputs = [ python3 ];
    closure = closureInfo { rootPaths = images.contents; };
    licences = writeText "licences.json" (
      builtins.toJSON (
        # Small files that nixpkgs itself writes.
        lib.genAttrs [
          "ca-certificates"
          "fake-nss"
          "group"
          "nsswitch.conf"
          "passwd"
          "var-empty"
        ] (_: [ "MIT" ])
        // known
        // {
          # The compiler's own licence is another one; only its run-time library is here.
          gcc = [ "GPL-3.0-or-later WITH GCC-exception-3.1" ];
          ${app.pname} = [ app.meta.license.spdxId ];
        }
      )
    );
    inherit (app) crates;
    lock = ../Cargo.lock;
    vendored = app.cargoVendorDir;
    inherit (app) pname;
    inherit (app) version;
  }
  ''
    python3 ${../tests/scripts/sbom.py} > "$out"
  ''
