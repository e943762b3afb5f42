"""Where providers come from: a mirror on this machine, the registry, and where neither has Google's, a stand-in of ours.

The stand-in (standin/) plans and applies and talks to nobody. Applies always use it, as no test reaches a cloud; the real
provider, where it can be had, judges everything before: it validates, tests and plans.
"""

import functools
import os
import platform
import re
import subprocess
from pathlib import Path

from .workspace import DIRECTORY, ROOT, left_out

PROGRAM = os.environ.get("TEST_TERRAFORM", "terraform")
# Both may be had, or neither: a test that has one of them real would say little.
GOOGLE = ("google", "random")
PLATFORM = f"linux_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(platform.machine(), platform.machine()) }"


@functools.cache
def real() -> Path | None:
    """A configuration with the real providers of Google Cloud, if they can be had."""
    mirror = _configuration("mirror", f'filesystem_mirror {{ path = "{_found()}" }}')
    if _can_have(mirror, GOOGLE):
        return mirror
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "dog-gif-app/terraform-providers"
    cache.mkdir(parents=True, exist_ok=True)
    registry = _configuration("registry", "direct {}", f'plugin_cache_dir = "{cache}"')
    return registry if _can_have(registry, GOOGLE) else None


@functools.cache
def standin() -> Path:
    """A configuration with the stand-in in the place of Google's providers."""
    mirror = DIRECTORY / "standin"
    built = os.environ["TEST_TERRAFORM_STANDIN"]
    for name in GOOGLE:
        version = lowest(name)
        folder = mirror / host() / "hashicorp" / name / version / PLATFORM
        folder.mkdir(parents=True)
        (folder / f"terraform-provider-{name}_v{version}").symlink_to(built)
    return _configuration("standin", f'filesystem_mirror {{ path = "{mirror}" }}')


@functools.cache
def aws() -> Path | None:
    """A configuration with the provider of AWS, if it can be had."""
    mirror = _configuration("mirror", f'filesystem_mirror {{ path = "{_found()}" }}')
    if _can_have(mirror, ("aws",)):
        return mirror
    registry = _configuration("registry-aws", "direct {}")
    return registry if _can_have(registry, ("aws",)) else None


def judge() -> Path:
    """What validates, tests and plans."""
    return real() or standin()


def say_what_stands_in() -> None:
    print(
        f"{program_name()}; providers of Google: {'real' if real() else 'a stand-in'}; of AWS: {'real' if aws() else 'none'}"
    )
    if not real():
        left_out(
            f"the providers google {lowest('google')} and random {lowest('random')}: neither a mirror nor the registry"
            " has them, so a stand-in of ours validated, planned and applied"
        )
    if not aws():
        left_out(
            "terraform/bootstrap: the provider aws cannot be had here; a bucket and a table like its own hold the states"
        )
    other = "OpenTofu" if program_name().startswith("Terraform") else "Terraform"
    left_out(f"{other} ({program_name()} did all of it; TEST_TERRAFORM names another)")


@functools.cache
def program_name() -> str:
    return _terraform(DIRECTORY, "version").splitlines()[0]


@functools.cache
def host() -> str:
    """Where this program looks for providers that are named without a host; only it knows."""
    listing = _terraform(ROOT / "terraform/modules/network", "providers")
    return re.search(r"provider\[([^/]+)/", listing).group(1)


def lowest(name: str) -> str:
    """The lowest version that terraform/ takes of a provider."""
    for file in sorted((ROOT / "terraform").glob("*/**/versions.tf")):
        found = re.search(rf'source\s+= "hashicorp/{name}"\s+version = "~> ([0-9.]+)"', file.read_text())
        if found:
            return f"{found.group(1)}.0"
    raise LookupError(f"no versions.tf requires {name}")


def _found() -> Path:
    """A mirror with what other mirrors of this machine have, whichever host they are laid out for."""
    mirror = DIRECTORY / "mirror"
    mirror.mkdir(exist_ok=True)
    for name in (*GOOGLE, "aws"):
        for found in [package for folder in _mirrors() for package in folder.glob(f"*/hashicorp/{name}/*/{PLATFORM}")]:
            # Terraform follows links to packages, and to no folder above.
            link = mirror / host() / "hashicorp" / name / found.parent.name / PLATFORM
            if not link.is_symlink():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(found)
    return mirror


def _mirrors() -> list[Path]:
    """Folders in which plugins may lie: those that are named, Terraform's own, and what an image may bring."""
    named = [Path(path) for path in os.environ.get("TEST_TERRAFORM_PROVIDERS", "").split(":") if path]
    configuration = Path(os.environ.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    if configuration.is_file():
        named += [
            Path(path)
            for path in re.findall(r'filesystem_mirror\s*{[^}]*path\s*=\s*"([^"]+)"', configuration.read_text())
        ]
    usual = [
        Path.home() / ".terraform.d/plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
    ]
    return named + usual + sorted(Path("/opt").glob("*"))


def _can_have(configuration: Path, names: tuple[str, ...]) -> bool:
    folder = DIRECTORY / f"can-have-{configuration.stem}-{'-'.join(names)}"
    folder.mkdir(exist_ok=True)
    required = "\n".join(
        f'{name} = {{ source = "hashicorp/{name}", version = "~> {lowest(name)[:-2]}" }}' for name in names
    )
    (folder / "main.tf").write_text(f"terraform {{\n  required_providers {{\n{required}\n  }}\n}}\n")
    done = subprocess.run(
        [PROGRAM, "init", "-input=false"],
        cwd=folder,
        env=environment(configuration),
        capture_output=True,
        timeout=600,
    )
    return done.returncode == 0


def _configuration(name: str, installation: str, more: str = "") -> Path:
    path = DIRECTORY / f"{name}.tfrc"
    path.write_text(f"disable_checkpoint = true\n{more}\nprovider_installation {{\n  {installation}\n}}\n")
    return path


def environment(configuration: Path | None = None) -> dict[str, str]:
    """Nothing of whoever runs the tests: no credentials, no settings of Terraform."""
    home = DIRECTORY / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TF_CLI_CONFIG_FILE": str(configuration) if configuration else "",
        "TF_CLI_ARGS": "-no-color",
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    } | {
        name: value
        for name, value in os.environ.items()
        if name.lower() in ("http_proxy", "https_proxy", "no_proxy", "ssl_cert_file")
    }


def _terraform(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=True
    )
    return done.stdout
