"""Writes the tables of each module's README.md, between terraform-docs' marks: `python3 -m tests.terraform.readme`.

It reads the files as `terraform fmt` leaves them: a block begins and ends in the first column, its arguments in the third.
"""

import re
from dataclasses import dataclass
from pathlib import Path

TERRAFORM = Path(__file__).resolve().parents[2] / "terraform"
BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


@dataclass
class Variable:
    name: str
    description: str
    type: str
    # As it is written; None where a value is required.
    default: str | None
    validations: int


@dataclass
class Output:
    name: str
    description: str


def variables(folder: Path) -> list[Variable]:
    return [
        Variable(
            name,
            _text(body, "description"),
            _argument(body, "type") or "",
            _argument(body, "default"),
            len(re.findall(r"^  validation \{$", body, re.MULTILINE)),
        )
        for name, body in _blocks(folder / "variables.tf", "variable")
    ]


def outputs(folder: Path) -> list[Output]:
    return [Output(name, _text(body, "description")) for name, body in _blocks(folder / "outputs.tf", "output")]


def resources(folder: Path) -> list[str]:
    files = sorted(folder.glob("*.tf"))
    found = [
        f"{type}.{name}"
        for file in files
        for type, name in re.findall(r'^(?:resource|ephemeral) "(\w+)" "(\w+)" \{', file.read_text(), re.MULTILINE)
    ]
    return sorted(found)


def requirements(folder: Path) -> list[tuple[str, str]]:
    text = (folder / "versions.tf").read_text()
    terraform = re.search(r'required_version = "([^"]+)"', text).group(1)
    return [("terraform or opentofu", terraform)] + re.findall(
        r'(\w+) = \{\n\s+source\s+= "[^"]+"\n\s+version = "([^"]+)"', text
    )


def tables(folder: Path) -> str:
    parts = [
        _table(
            "Requirements",
            ("Name", "Version"),
            [(f"`{name}`", f"`{version}`") for name, version in requirements(folder)],
        ),
        "## Resources\n\n" + "\n".join(f"- `{resource}`" for resource in resources(folder)),
        _table(
            "Inputs",
            ("Name", "Description", "Type", "Default"),
            [
                (f"`{v.name}`", v.description, _code(v.type), "required" if v.default is None else _code(v.default))
                for v in variables(folder)
            ],
        ),
        _table(
            "Outputs", ("Name", "Description"), [(f"`{output.name}`", output.description) for output in outputs(folder)]
        ),
    ]
    return "\n\n".join(parts)


def written(folder: Path) -> str:
    """What README.md has to be: the words before the first mark, and the tables."""
    words, mark, _ = (folder / "README.md").read_text().partition(BEGIN)
    if not mark:
        raise ValueError(f"{folder / 'README.md'} has no {BEGIN}")
    return f"{words}{BEGIN}\n{tables(folder)}\n{END}\n"


def _blocks(file: Path, kind: str) -> list[tuple[str, str]]:
    return re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}$', file.read_text(), re.DOTALL | re.MULTILINE)


def _argument(body: str, name: str) -> str | None:
    """An argument's value, over as many lines as it has brackets open."""
    found = re.search(rf"^  {name} += ((?:[^\n]|\n(?=  [ \])}}]))*)", body, re.MULTILINE)
    return found.group(1) if found else None


def _text(body: str, name: str) -> str:
    return (_argument(body, name) or "").strip('"').replace('\\"', '"')


def _code(text: str) -> str:
    """On one line, without comments: a cell of a table has no other."""
    line = re.sub(r"\s+", " ", re.sub(r"#[^\n]*", "", text))
    return f"`{re.sub(r'(?<=[a-z)}]) (?=[a-z_]+ =)', ', ', line)}`"


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return f"## {title}\n\n" + "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines
    )


if __name__ == "__main__":
    for module in [TERRAFORM / "bootstrap", *sorted((TERRAFORM / "modules").iterdir())]:
        (module / "README.md").write_text(written(module))
