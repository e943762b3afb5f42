"""Holds what the stand-in knows against the real providers, where they can be had."""

import json

from . import plans, providers


def differences() -> list[str]:
    """Where the real providers have something otherwise, or not at all."""
    ours, real = _schemas(providers.standin()), _schemas(providers.real())
    found = []
    for name in providers.GOOGLE:
        found += _block(f"{name}: provider", ours[name]["provider"]["block"], real[name]["provider"]["block"])
        for kind in ("resource_schemas", "ephemeral_resource_schemas"):
            for type, schema in ours[name].get(kind, {}).items():
                if type in real[name].get(kind, {}):
                    found += _block(type, schema["block"], real[name][kind][type]["block"])
                else:
                    found.append(f"{type}: the real provider has no such resource")
    return found


def _schemas(configuration) -> dict:
    schemas = json.loads(plans.environment("production", configuration).run("providers", "schema", "-json"))[
        "provider_schemas"
    ]
    return {address.split("/")[-1]: schema for address, schema in schemas.items()}


def _block(path: str, ours: dict, real: dict) -> list[str]:
    found = []
    attributes = real.get("attributes", {})
    for name, attribute in ours.get("attributes", {}).items():
        if name not in attributes:
            found.append(f"{path}.{name}: the real provider has no such argument")
        elif _facts(attribute) != _facts(attributes[name]):
            found.append(f"{path}.{name}: {_facts(attribute)} here, {_facts(attributes[name])} there")
    for name, attribute in attributes.items():
        if attribute.get("required") and name not in ours.get("attributes", {}):
            found.append(f"{path}.{name}: required there, unknown here")
    for name, block in ours.get("block_types", {}).items():
        there = real.get("block_types", {}).get(name)
        if not there:
            found.append(f"{path}.{name}: the real provider has no such block")
        elif (block["nesting_mode"], block.get("max_items", 0)) != (there["nesting_mode"], there.get("max_items", 0)):
            found.append(
                f"{path}.{name}: nested otherwise there, {there['nesting_mode']} of {there.get('max_items', 0)} at most"
            )
        else:
            found += _block(f"{path}.{name}", block["block"], there["block"])
    for name, block in real.get("block_types", {}).items():
        if block.get("min_items") and name not in ours.get("block_types", {}):
            found.append(f"{path}.{name}: required there, unknown here")
    return found


def _facts(attribute: dict) -> dict:
    flags = ("required", "optional", "computed", "write_only")
    return {"type": attribute.get("type")} | {flag: True for flag in flags if attribute.get(flag)}
