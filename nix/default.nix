# What the flake offers on one system: each attribute here is one output of flake.nix.
{
  self,
  nixpkgs,
  crane,
  system,
  # The image of each system, as an OCI layout.
  layouts,
}:
let
  pkgs = nixpkgs.legacyPackages.${system};
  inherit (pkgs) callPackage lib;

  craneLib = crane.mkLib pkgs;
  # Git's name for this tree; one with uncommitted changes ends in -dirty.
  revision = self.rev or self.dirtyRev or "unknown";

  app = callPackage ./package.nix { inherit craneLib; };
  images = callPackage ./image.nix { inherit app revision; };
  sbom = callPackage ./sbom.nix { inherit app images; };
  formatter = callPackage ./formatter.nix { };
  moduleTest = callPackage ./module-test.nix { inherit self; };
  # They want KVM, which the aarch64 machines one can rent rarely offer.
  machines = {
    vm = callPackage ./vm-test.nix { inherit self; };
    k3s = callPackage ./k3s-test.nix { inherit images; };
  };
  # callPackage adds attributes of its own.
  checks = lib.filterAttrs (_: lib.isDerivation) (
    callPackage ./checks.nix {
      inherit
        app
        images
        sbom
        formatter
        moduleTest
        ;
      nodeModules = callPackage ./node-modules.nix { };
      source = self;
    }
  );
  script = callPackage ./scripts.nix { inherit app images; };

  runnable = description: program: {
    type = "app";
    inherit program;
    meta = { inherit description; };
  };
in
{
  inherit formatter;

  packages = {
    default = app;
    inherit (images) image;
    image-stream = images.stream;
    image-oci = images.layout;
    image-index = callPackage ./image-index.nix { inherit app layouts; };
    inherit sbom;
    # Everything but the virtual machines, for machines without KVM.
    quick-checks = pkgs.linkFarm "quick-checks" checks;
    vm-test = machines.vm;
    k3s-test = machines.k3s;
  };

  apps = {
    default = runnable app.meta.description (lib.getExe app);
    with-mysql = runnable "The app and a private MySQL; one Ctrl-C stops both" (
      lib.getExe script.with-mysql
    );
    image-stream = runnable "Write the image to standard output, for docker load" "${images.stream}";
    reproduce = runnable "Build the image twice and compare" (lib.getExe script.reproduce);
    smoke = runnable "Bring the image up with MySQL, and look at it from outside" (
      lib.getExe script.smoke
    );
  };

  checks = checks // lib.optionalAttrs (system == "x86_64-linux") machines;

  devShells.default = callPackage ./shell.nix { inherit app craneLib formatter; };
}
