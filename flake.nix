{
  description = "A random dog GIF on every refresh, and a visitor count that is never wrong";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    crane.url = "github:ipetkov/crane";
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
    }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      parts = lib.genAttrs systems (
        system:
        import ./nix {
          inherit
            self
            nixpkgs
            crane
            system
            ;
          layouts = map (part: part.packages.image-oci) (lib.attrValues parts);
        }
      );
      output = name: lib.mapAttrs (_: part: part.${name}) parts;
    in
    {
      packages = output "packages";
      apps = output "apps";
      checks = output "checks";
      devShells = output "devShells";
      formatter = output "formatter";
      nixosModules.default = import ./nix/module.nix self;
    };
}
