# The packages that a package-lock.json names, in the folder node_modules. The lock has the hash of each file and no
# registry, so npm asks its own.
{
  lib,
  cacert,
  nodejs,
  runCommand,
  stdenvNoCC,
}:
lock:
let
  inherit (stdenvNoCC.hostPlatform) node;

  # Some are for one platform; none has a script to run when it is installed.
  isHere =
    package:
    lib.elem node.platform package.os or [ node.platform ]
    && lib.elem node.arch package.cpu or [ node.arch ];
  packages =
    lib.filterAttrs (folder: package: folder != "" && isHere package)
      (lib.importJSON lock).packages;

  tarball =
    folder: package:
    let
      name = lib.last (lib.splitString "node_modules/" folder);
    in
    runCommand "${lib.replaceStrings [ "@" "/" ] [ "" "-" ] name}-${package.version}.tgz"
      {
        nativeBuildInputs = [ nodejs ];
        NODE_EXTRA_CA_CERTS = "${cacert}/etc/ssl/certs/ca-bundle.crt";
        impureEnvVars = lib.fetchers.proxyImpureEnvVars;
        outputHash = package.integrity;
        outputHashMode = "flat";
      }
      ''
        export HOME=$TMPDIR
        npm pack --silent ${name}@${package.version}
        mv *.tgz "$out"
      '';

  unpack = folder: package: ''
    mkdir --parents "$out/${folder}"
    tar --extract --file ${tarball folder package} --strip-components 1 --directory "$out/${folder}"
  '';
in
runCommand "node_modules" { } (lib.concatStrings (lib.mapAttrsToList unpack packages))
