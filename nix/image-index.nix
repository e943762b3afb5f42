# One image for every platform: an OCI index of each system's layout, made of files alone. The layout of another
# system comes from a machine of that kind, or from a cache.
{
  lib,
  python3,
  runCommand,
  app,
  layouts,
}:
runCommand "${app.meta.mainProgram}-image-index" { nativeBuildInputs = [ python3 ]; } ''
  mkdir "$out"
  python3 ${../tests/scripts/image_index.py} "$out/layout" ${app.version} \
    ${lib.concatMapStringsSep " " (layout: "${layout}/layout") layouts} > "$out/digest"
''
