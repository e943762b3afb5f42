# The NixOS module without NixOS: what it makes of settings, against options of any shape, and what it refuses.
# vm-test.nix boots it, where there is KVM; this runs everywhere.
{
  lib,
  pkgs,
  runCommand,
  testers,
  self,
}:
let
  listOf =
    type:
    lib.mkOption {
      type = lib.types.listOf type;
      default = [ ];
    };
  # The options of NixOS that the module sets, and no more.
  surroundings.options = {
    assertions = listOf lib.types.anything;
    networking.firewall.allowedTCPPorts = listOf lib.types.port;
    system.checks = listOf lib.types.package;
    systemd.services = lib.mkOption { type = lib.types.attrsOf lib.types.anything; };
  };

  machine =
    configuration:
    (lib.evalModules {
      specialArgs = { inherit pkgs; };
      modules = [
        surroundings
        self.nixosModules.default
        {
          services.dog-gif-app = configuration // {
            enable = true;
          };
        }
      ];
    }).config;
  unit = configuration: (machine configuration).systemd.services.dog-gif-app;
  isRefused = configuration: !(builtins.tryEval (builtins.deepSeq (unit configuration) true)).success;
  isAsserted =
    configuration: lib.any (assertion: !assertion.assertion) (machine configuration).assertions;

  plain = { };
  busy = {
    openFirewall = true;
    passwordFile = "/run/secrets/dog";
    settings = {
      DRAIN_SECONDS = 10;
      MYSQL_DATABASE = "dogs";
      MYSQL_HOST = "db.example.org";
      MYSQL_USER = "50%S";
      PORT = 80;
    };
  };

  facts = {
    "a setting keeps its per cent signs" = (unit busy).environment.MYSQL_USER == "50%%S";
    "the module's own paths are systemd's" = (unit plain).environment.DATA_DIR == "%S/dog-gif-app";
    "the password comes as a credential" =
      (unit busy).environment.MYSQL_PASSWORD_FILE == "%d/mysql-password";
    "systemd waits longer than the program drains" = (unit busy).serviceConfig.TimeoutStopSec == 40;
    "a privileged port can be bound" =
      (unit busy).serviceConfig.AmbientCapabilities == [ "CAP_NET_BIND_SERVICE" ];
    "another port needs no capability" = (unit plain).serviceConfig.CapabilityBoundingSet == [ "" ];
    "the firewall opens the port that is served" =
      (machine busy).networking.firewall.allowedTCPPorts == [ 80 ];
    "the firewall is left alone" = (machine plain).networking.firewall.allowedTCPPorts == [ ];
    "a port is a number" = isRefused { settings.PORT = "eighty"; };
    "seconds to drain are whole" = isRefused { settings.DRAIN_SECONDS = "2.5"; };
    "a password is no setting" = isAsserted { settings.MYSQL_PASSWORD = "open"; };
    "the firewall wants a port that is known" = isAsserted {
      openFirewall = true;
      settings.PORT = 0;
    };
    "what is right is asserted" = !isAsserted plain && !isAsserted busy;
  };
  wrong = lib.attrNames (lib.filterAttrs (_: holds: !holds) facts);

  settingsOf = configuration: lib.head (machine configuration).system.checks;
  refusal =
    settings:
    testers.testBuildFailure (settingsOf {
      inherit settings;
    });
in
assert lib.assertMsg (
  wrong == [ ]
) "nix/module.nix: ${lib.concatStringsSep "; " wrong}: does not hold";
runCommand "check-module"
  {
    accepted = map settingsOf [
      plain
      busy
    ];
    value = refusal { GIF_CACHE_MIB = "much"; };
    unknown = refusal { GIF_CASH_MIB = 1; };
  }
  ''
    # In the program's own words, and in the module's for what the program does not know.
    grep -F GIF_CACHE_MIB= "$value/testBuildFailure.log"
    grep -F "settings.GIF_CASH_MIB: there is no such setting" "$unknown/testBuildFailure.log"
    touch "$out"
  ''
