# `nix fmt`: one formatter for each language in the repository; checks.format fails on what it would change.
{
  nixfmt,
  opentofu,
  prettier,
  ruff,
  rustfmt,
  shfmt,
  taplo,
  treefmt,
}:
treefmt.withConfig {
  runtimeInputs = [
    nixfmt
    opentofu
    prettier
    ruff
    rustfmt
    shfmt
    taplo
  ];
  settings = {
    tree-root-file = "flake.nix";
    on-unmatched = "debug";
    excludes = [
      # Written by programs, which would write them the same way again.
      "*.lock"
      "*.snap"
      "assets/dogs/manifest.json"
      "k8s/charts/*/files/dashboards/*"
      # Helm's templates are no YAML before they are rendered.
      "k8s/charts/*/templates/*"
      # A digest alone fills a line.
      "tests/cluster/tests/gitops/admission/refused.yaml"
    ];
    formatter = {
      nix = {
        command = "nixfmt";
        includes = [ "*.nix" ];
      };
      python = {
        command = "ruff";
        options = [
          "format"
          "--no-cache"
          "--line-length"
          "120"
        ];
        includes = [ "*.py" ];
      };
      rust = {
        command = "rustfmt";
        options = [
          "--edition"
          "2024"
        ];
        includes = [ "*.rs" ];
      };
      shell = {
        command = "shfmt";
        options = [
          "--write"
          "--indent"
          "4"
        ];
        includes = [
          "*.sh"
          ".ci/run"
          ".envrc"
        ];
      };
      terraform = {
        command = "tofu";
        options = [ "fmt" ];
        includes = [
          "*.tf"
          "*.tftest.hcl"
        ];
      };
      toml = {
        command = "taplo";
        options = [
          "format"
          "--option"
          "column_width=250"
          "--option"
          "indent_string=    "
          "--option"
          "array_auto_collapse=false"
        ];
        includes = [ "*.toml" ];
      };
      # Templates and documents stay as they are written: prettier takes the first for another language, and
      # pads the tables of the second until they are wider than any screen.
      web = {
        command = "prettier";
        options = [
          "--write"
          "--print-width"
          "100"
        ];
        includes = [
          "*.css"
          "*.js"
          "*.json"
        ];
      };
      # Rows of short mappings, as wide as the rules' tests need them.
      yaml = {
        command = "prettier";
        options = [
          "--write"
          "--no-config"
          "--no-bracket-spacing"
          "--print-width"
          "140"
        ];
        includes = [
          "*.yaml"
          "*.yml"
        ];
      };
    };
  };
}
