"""Writes the metadata of the Python package for `pip list` and importlib.metadata, from its pyproject.toml.

usage: python_metadata.py FOLDER    the folder that contains the package"""

import re
import sys
from pathlib import Path

import tomllib

PACKAGE = Path(__file__).resolve().parents[2] / "bindings/python"


def main() -> None:
    (folder,) = map(Path, sys.argv[1:])
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    version = re.search(r'^VERSION_STRING = "(.*)"', (PACKAGE / "peerid/_prototypes.py").read_text(), re.M)[1]
    information = folder / f"{project['name']}-{version}.dist-info"
    information.mkdir()
    fields = {
        "Metadata-Version": "2.1",
        "Name": project["name"],
        "Version": version,
        "Summary": project["description"],
        "License": project["license"],
        "Requires-Python": project["requires-python"],
    }
    (information / "METADATA").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()))
    (information / "INSTALLER").write_text("debian\n")
    lines: list[str] = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items()), ""]
    (information / "entry_points.txt").write_text("\n".join(lines))


main()
