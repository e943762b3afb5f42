# NixOS: services.dog-gif-app. `self` is this flake, whose program is the default.
self:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.dog-gif-app;
  inherit (lib) mkOption types;

  text = value: if lib.isBool value then lib.boolToString value else toString value;
  settings = lib.mapAttrs (_: text) (lib.filterAttrs (_: value: value != null) cfg.settings);
  # In a unit's file a single % begins one of systemd's own names, such as %S.
  escaped = lib.mapAttrs (_: lib.replaceStrings [ "%" ] [ "%%" ]) settings;
  port = cfg.settings.PORT;
  privileged = 0 < port && port < 1024;

  # The program's own judgement, at build time: a bad value stops the rebuild instead of the service.
  checked =
    pkgs.runCommand "dog-gif-app-settings"
      {
        env = settings;
      }
      ''
        ${lib.optionalString (cfg.passwordFile != null) ''
          # The password is not here when a system is built: any other stands for it.
          echo another > password
          export MYSQL_PASSWORD_FILE=$PWD/password
        ''}
        ${lib.getExe cfg.package} check-config > "$out" || {
          echo "services.dog-gif-app.settings is wrong, see above" >&2
          exit 1
        }
        for name in ${lib.escapeShellArgs (lib.attrNames settings)}; do
          grep -q "^$name " "$out" || {
            echo "services.dog-gif-app.settings.$name: there is no such setting" >&2
            exit 1
          }
        done
      '';
in
{
  options.services.dog-gif-app = {
    enable = lib.mkEnableOption "dog-gif-app, a random dog GIF on every refresh and a visitor count";

    package = mkOption {
      type = types.package;
      default = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
      defaultText = lib.literalExpression "dog-gif-app.packages.\${system}.default";
      description = "The program to run.";
    };

    settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf (
          types.nullOr (
            types.oneOf [
              types.bool
              types.int
              types.str
            ]
          )
        );
        # These two shape the unit and the firewall as well.
        options.PORT = mkOption {
          type = types.port;
          default = 5000;
          description = "Port of the website; below 1024 the unit may bind it without being root.";
        };
        options.DRAIN_SECONDS = mkOption {
          type = types.ints.between 0 3600;
          default = 0;
          description = "How long to keep serving after SIGTERM.";
        };
      };
      default = { };
      example = {
        BIND = "0.0.0.0";
        MYSQL_HOST = "db.example.org";
        MYSQL_USER = "dog";
        MYSQL_DATABASE = "dogs";
      };
      description = ''
        Environment variables of the program, as in its README. Without MYSQL_HOST everything is kept in
        SQLite below /var/lib/dog-gif-app. They end up in the world-readable store: a password belongs
        in {option}`services.dog-gif-app.passwordFile`.
      '';
    };

    passwordFile = mkOption {
      type = types.nullOr (
        types.pathWith {
          absolute = true;
          inStore = false;
        }
      );
      default = null;
      example = "/run/secrets/dog-gif-app-mysql";
      description = "File with the password of MYSQL_USER, readable by root; it never enters the store.";
    };

    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Whether to open PORT in the firewall; OPS_PORT always stays closed.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !(cfg.settings ? MYSQL_PASSWORD);
        message = "services.dog-gif-app.settings.MYSQL_PASSWORD would be readable by everyone: use services.dog-gif-app.passwordFile";
      }
      {
        assertion = !(cfg.openFirewall && port == 0);
        message = "services.dog-gif-app.settings.PORT = 0 picks a free port, which no firewall can know: name one, or leave openFirewall off";
      }
    ];
    system.checks = [ checked ];

    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ port ];

    systemd.services.dog-gif-app = {
      description = "Random dog GIFs and a visitor count";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [
        "network-online.target"
        "mysql.service"
      ];
      environment = {
        DATA_DIR = "%S/dog-gif-app";
        LOG_FORMAT = "json";
        MARIADB_PLUGIN_DIR = "${cfg.package.libmysqlclient}/lib/mariadb/plugin";
        SSL_CERT_FILE = "/etc/ssl/certs/ca-certificates.crt";
      }
      // lib.optionalAttrs (cfg.passwordFile != null) { MYSQL_PASSWORD_FILE = "%d/mysql-password"; }
      // escaped;
      serviceConfig = {
        ExecStart = "${lib.getExe cfg.package} serve";
        LoadCredential = lib.mkIf (cfg.passwordFile != null) [ "mysql-password:${cfg.passwordFile}" ];
        Restart = "always";
        RestartSec = 1;
        # DRAIN_SECONDS, the last batch, and some air.
        TimeoutStopSec = cfg.settings.DRAIN_SECONDS + 30;
        # The 16384 visitors that the program takes at most, and its own files and connections.
        LimitNOFILE = 20480;

        DynamicUser = true;
        StateDirectory = "dog-gif-app";
        StateDirectoryMode = "0700";
        UMask = "0077";

        AmbientCapabilities = lib.mkIf privileged [ "CAP_NET_BIND_SERVICE" ];
        CapabilityBoundingSet = if privileged then [ "CAP_NET_BIND_SERVICE" ] else [ "" ];
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        NoNewPrivileges = true;
        PrivateDevices = true;
        PrivateTmp = true;
        PrivateUsers = !privileged;
        ProtectClock = true;
        ProtectControlGroups = true;
        ProtectHome = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectProc = "invisible";
        ProtectSystem = "strict";
        RemoveIPC = true;
        RestrictAddressFamilies = [
          "AF_INET"
          "AF_INET6"
          "AF_UNIX"
        ];
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        SystemCallArchitectures = "native";
        SystemCallErrorNumber = "EPERM";
        SystemCallFilter = [
          "@system-service"
          "~@privileged @resources"
        ];
      };
    };
  };
}
