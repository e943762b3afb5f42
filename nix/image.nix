# The image: the program's closure, CA roots, two password files and /tmp. No shell, no package manager.
# The commit enters here and not before, so that a new commit changes a label and rebuilds nothing else.
{
  lib,
  dockerTools,
  fakeNss,
  jq,
  runCommand,
  skopeo,
  app,
  revision,
}:
let
  # Kubernetes' runAsNonRoot wants a number.
  user = "10001";
  tag = app.version;

  contents = [
    app
    dockerTools.caCertificates
    (fakeNss.override {
      extraPasswdLines = [ "dog:x:${user}:${user}:dog-gif-app:/data:/no-shell" ];
      extraGroupLines = [ "dog:x:${user}:" ];
    })
  ];

  image = dockerTools.buildLayeredImage {
    name = app.meta.mainProgram;
    inherit tag contents;
    # Debian 12's podman and skopeo cannot read a compressed archive; what is pushed is compressed below.
    compressor = "none";
    extraCommands = "mkdir -m 1777 tmp";
    # A volume on /data takes its owner from here.
    fakeRootCommands = "mkdir -m 0750 data && chown ${user}:${user} data";
    config = {
      Entrypoint = [ "/bin/${app.meta.mainProgram}" ];
      User = "${user}:${user}";
      WorkingDir = "/data";
      StopSignal = "SIGTERM";
      Volumes."/data" = { };
      ExposedPorts = {
        "5000/tcp" = { };
        "9090/tcp" = { };
      };
      Env = [
        "BIND=0.0.0.0"
        "DATA_DIR=/data"
        "PATH=/bin"
        "REVISION=${revision}"
        # Where the connector looks for the plugin that MySQL's default login needs.
        "MARIADB_PLUGIN_DIR=${app.libmysqlclient}/lib/mariadb/plugin"
        "SSL_CERT_FILE=/etc/ssl/certs/ca-bundle.crt"
      ];
      Labels = {
        "org.opencontainers.image.title" = app.meta.mainProgram;
        "org.opencontainers.image.description" = app.meta.description;
        "org.opencontainers.image.licenses" = app.meta.license.spdxId;
        "org.opencontainers.image.version" = app.version;
        "org.opencontainers.image.revision" = revision;
      }
      // lib.optionalAttrs (app.meta ? homepage) {
        "org.opencontainers.image.source" = app.meta.homepage;
      };
    };
  };
in
{
  inherit contents image;
  inherit (image) stream;

  # The same image as an OCI layout, compressed here: pushed with `skopeo copy --preserve-digests` it has
  # the digest in `digest` everywhere, which `nix run .#reproduce` compares.
  layout =
    runCommand "${app.meta.mainProgram}-image-oci"
      {
        nativeBuildInputs = [
          jq
          skopeo
        ];
      }
      ''
        mkdir "$out"
        skopeo --insecure-policy --tmpdir "$TMPDIR" copy --quiet \
          docker-archive:${image} "oci:$out/layout:${tag}"
        jq --raw-output '.manifests[0].digest' "$out/layout/index.json" > "$out/digest"
      '';
}
