# A NixOS machine with MySQL and the module: boots, serves the page, counts, and keeps the count.
{
  testers,
  mysql84,
  self,
}:
testers.runNixOSTest {
  name = "dog-gif-app";

  nodes.machine =
    { pkgs, ... }:
    {
      imports = [ self.nixosModules.default ];

      virtualisation.memorySize = 2048;

      services.mysql = {
        enable = true;
        package = mysql84;
        initialScript = pkgs.writeText "dogs.sql" ''
          CREATE DATABASE dogs CHARACTER SET utf8mb4;
          CREATE USER 'dog'@'localhost' IDENTIFIED BY 'a password; with "odd" signs';
          CREATE USER 'dog'@'127.0.0.1' IDENTIFIED BY 'a password; with "odd" signs';
          GRANT ALL ON dogs.* TO 'dog'@'localhost', 'dog'@'127.0.0.1';
        '';
      };

      # A secret that is no secret: it stands for one that a secret manager would put here.
      environment.etc."dog-password".text = ''a password; with "odd" signs'';

      services.dog-gif-app = {
        enable = true;
        openFirewall = true;
        passwordFile = "/etc/dog-password";
        settings = {
          BIND = "0.0.0.0";
          MYSQL_HOST = "127.0.0.1";
          MYSQL_USER = "dog";
          MYSQL_DATABASE = "dogs";
          MIGRATE_ON_START = true;
        };
      };
    };

  # Somebody outside.
  nodes.visitor = { };

  testScript = ''
    import json

    def visit():
        return json.loads(visitor.succeed("curl -sf -X POST http://machine:5000/api/v1/visits"))["visitor"]

    start_all()
    machine.wait_for_unit("mysql.service")
    machine.wait_for_unit("dog-gif-app.service")
    machine.wait_until_succeeds("curl -sf http://127.0.0.1:9090/readyz", timeout=120)

    with subtest("the page comes with a dog"):
        page = visitor.succeed("curl -sf http://machine:5000/")
        assert "You are visitor" in page, page

    with subtest("each visit counts one"):
        first = visit()
        assert visit() == first + 1

    with subtest("the count survives the database and the program"):
        before = visit()
        machine.succeed("systemctl restart mysql.service")
        machine.wait_until_succeeds("curl -sf http://127.0.0.1:9090/readyz", timeout=60)
        machine.succeed("systemctl kill --signal=KILL dog-gif-app.service")
        machine.wait_until_succeeds("curl -sf http://127.0.0.1:9090/readyz", timeout=60)
        assert visit() == before + 1

    with subtest("the operations port stays inside"):
        visitor.fail("curl -s --max-time 3 http://machine:9090/metrics")

    with subtest("the password shows nowhere"):
        machine.fail("systemctl show dog-gif-app.service | grep -F 'odd'")
        machine.fail("journalctl -u dog-gif-app.service | grep -F 'odd'")

    print(machine.succeed("systemd-analyze security dog-gif-app.service --no-pager | tail -n 1"))
  '';
}
