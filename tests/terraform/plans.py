"""The plans of the environments, made once, offline, from nothing."""

import functools
from pathlib import Path

from . import providers
from .folder import Folder, copy

NUMBER = "123456789012"
NAMES = ("nonproduction", "production")
# Google's provider asks for some token before it plans, and then asks nobody.
VARIABLES = {"TF_VAR_project_number": NUMBER, "GOOGLE_OAUTH_ACCESS_TOKEN": "none"}


def environment(name: str, configuration: Path | None = None) -> Folder:
    """A fresh copy of an environment, its state in a file, ready to plan by the judge, unless told otherwise."""
    configuration = configuration or providers.judge()
    folder = Folder(copy() / "terraform/environments" / name, configuration, dict(VARIABLES)).with_local_state()
    folder.run("init", "-input=false")
    folder.run("validate")
    return folder


@functools.cache
def planned(name: str) -> dict:
    return environment(name).planned()


def project(name: str) -> str:
    return planned(name)["variables"]["project_id"]["value"]


def resources(name: str, type: str, module: str = "") -> dict[str, dict]:
    """Planned values of a type by address."""
    found = {
        change["address"]: change["change"]["after"]
        for change in planned(name)["resource_changes"]
        if change["type"] == type and change["address"].startswith(module and f"{module}.")
    }
    if not found:
        raise LookupError(f"{name} plans no {type} in {module}")
    return found


def resource(name: str, type: str, module: str = "") -> dict:
    """The only one of its type."""
    found = resources(name, type, module)
    if len(found) != 1:
        raise LookupError(f"{name} plans {len(found)} of {type}: {', '.join(found)}")
    return next(iter(found.values()))
