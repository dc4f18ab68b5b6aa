"""Checks the SBOMs under a folder with CycloneDX's own schema, and their digests with the files beside them."""

import hashlib
import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def find(folder: Path, name: str) -> list[Path]:
    """Find the files with a name, but no folders."""
    return [file for file in folder.rglob(name) if file.is_file() and not file.is_symlink()]


def check(file: Path, folder: Path) -> None:
    """Check one SBOM of an artefact that is unpacked in the folder."""
    text = file.read_text()
    fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    assert fault is None, f"{file}: {fault}"
    document = json.loads(text)
    by_reference = {entry["bom-ref"]: entry for entry in document["components"]}
    own = [entry for entry in document["components"] if entry["name"].startswith(("libpeerid", "peerid"))]
    assert own, f"{file} names no file of the project"
    for entry in own:
        copies = [copy for copy in find(folder, entry["name"]) if copy.read_bytes().startswith(b"\x7fELF")]
        assert copies, f"{file}: {entry['name']} is not there"
        for copy in copies:
            digest = hashlib.sha256(copy.read_bytes()).hexdigest()
            assert digest == entry["hashes"][0]["content"], f"{file}: {copy} has another digest"
    names = {entry["name"] for entry in by_reference.values()}
    assert {"swift", "libc6"} <= names, f"{file} lists only {names}"
    assert names & {"curl", "libcurl4"}, f"{file} lists no libcurl"
    check_contained(file, folder, document["components"])
    for dependency in document["dependencies"]:
        for reference in dependency["dependsOn"]:
            assert reference in by_reference, f"{file}: {reference} is not listed"
    print(f"{file.name}: {len(document['components'])} components")


def check_contained(file: Path, folder: Path, components: list[dict]) -> None:
    """Check that the list and the licences cover each library that a wheel contains."""
    contained = {
        entry["hashes"][0]["content"]: entry["name"]
        for entry in components
        if entry["scope"] == "required" and "hashes" in entry
    }
    for library in folder.glob("*.libs/*"):
        name = contained.get(hashlib.sha256(library.read_bytes()).hexdigest())
        assert name, f"{file} does not list {library.name}"
        assert find(folder, f"{name}.txt"), f"the licence of {name} is missing"


def main() -> None:
    folder = Path(sys.argv[1])
    checked = 0
    for artefact in sorted(folder.iterdir()):
        for file in find(artefact, "*.cdx.json"):
            check(file, artefact)
            checked += 1
    assert checked == 5, f"{checked} SBOMs"


main()
