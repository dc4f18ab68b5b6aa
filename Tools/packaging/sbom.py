"""Lists what an artefact contains and what it takes from the system, as an SBOM in CycloneDX's JSON.

    sbom.py OUT NAME FILE …    FILE: libpeerid.so, peerid or peerid-sandbox, as built

The same files give the same bytes: SOURCE_DATE_EPOCH is its time, and the serial number comes from the contents."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "pkg:github/peerplays/libpeerid"
# Licences of the Debian packages that the library and the programs use, as SPDX expressions.
DEBIAN_LICENCES = {
    "libc6": "LGPL-2.1-or-later",
    "libcurl4": "curl",
    "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libjansson4": "MIT",
    "libmicrohttpd12": "LGPL-2.1-or-later",
    "libnghttp2-14": "MIT",
    "libssl3": "Apache-2.0",
    "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "zlib1g": "Zlib",
}


@dataclass(frozen=True)
class Component:
    """A part: contained, or taken from the system at run time."""

    name: str
    version: str
    purl: str
    licence: str
    contained: bool
    digest: str = ""

    def entry(self) -> dict:
        entry = {
            "type": "library",
            "bom-ref": self.purl,
            "name": self.name,
            "version": self.version,
            # What the system has is outside of the artefact.
            "scope": "required" if self.contained else "excluded",
            "licenses": [{"expression": self.licence}],
            "purl": self.purl,
        }
        if self.digest:
            entry["hashes"] = [{"alg": "SHA-256", "content": self.digest}]
        return entry


def command(*arguments: object) -> str:
    """Run a command and return its output."""
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, check=True).stdout


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def project_version() -> str:
    header = (ROOT / "include/peerid.h").read_text()
    return re.search(r'#define PEERID_VERSION_STRING "(.*)"', header)[1]


@lru_cache
def swift_runtime() -> Component:
    """Return Swift's standard library, parts of which are in every binary, and its runtime, which is in programs."""
    version = re.search(r"Swift version (\S+)", command("swift", "--version"))[1]
    purl = f"pkg:github/swiftlang/swift@swift-{version}-RELEASE"
    return Component("swift", version, purl, "Apache-2.0 WITH Swift-exception", True)


def argument_parser() -> Component:
    """Return the parser of the command's arguments."""
    pins = json.loads((ROOT / "Tools/command/Package.resolved").read_text())["pins"]
    pin = next(pin for pin in pins if pin["identity"] == "swift-argument-parser")
    version = pin["state"]["version"]
    purl = f"pkg:github/apple/swift-argument-parser@{version}"
    return Component("swift-argument-parser", version, purl, "Apache-2.0 WITH Swift-exception", True)


@lru_cache
def debian_package(library: str) -> tuple[str, str, str]:
    """Return name, version and architecture of the package of a library, by the library's name or path."""
    if "/" not in library:
        known = re.findall(r" => (/\S+)$", command("/sbin/ldconfig", "-p"), re.M)
        folders = dict.fromkeys(Path(path).parent for path in known)
        library = next((str(folder / library) for folder in folders if (folder / library).exists()), library)
    resolved = str(Path(library).resolve())
    for name in (resolved, resolved.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            package = found.stdout.split(":")[0]
            break
    else:
        sys.exit(f"sbom: no Debian package holds {resolved}")
    known = command("dpkg-query", "-W", "-f", "${Version} ${Architecture}\n", package)
    version, architecture = known.splitlines()[0].split()
    return package, version, architecture


def debian_component(library: str, *, contained: bool, digest: str = "") -> Component:
    """Return the Debian package of a library as a component."""
    package, version, architecture = debian_package(library)
    purl = f"pkg:deb/debian/{package.replace('+', '%2B')}@{version.replace('+', '%2B')}?arch={architecture}"
    if contained:
        # Two files can be of one package.
        purl += f"#{Path(library).name}"
    if package not in DEBIAN_LICENCES:
        sys.exit(f"sbom: the licence of {package} is not listed in {__file__}")
    return Component(package, version, purl, DEBIAN_LICENCES[package], contained, digest)


def needed(file: Path) -> list[str]:
    """Return the names of the libraries that a file is linked to."""
    names = re.findall(r"\(NEEDED\).*\[(.*)\]", command("readelf", "-d", file))
    return sorted({name for name in names if not name.startswith("ld-linux")})


def parts_of(file: Path) -> list[Component]:
    """Return what a built file contains and what it is linked to."""
    parts = [swift_runtime()] + ([argument_parser()] if file.name == "peerid" else [])
    return parts + [debian_component(name, contained=False) for name in needed(file)]


def artefact_reference(name: str) -> str:
    return f"{PROJECT}@{project_version()}#{name}"


def document(name: str, files: dict[Path, list[Component]]) -> str:
    """Return the SBOM of an artefact that holds these files with their parts."""
    components: dict[str, Component] = {}
    dependencies: dict[str, set[str]] = {}
    entries = []
    for file, parts in sorted(files.items()):
        reference = artefact_reference(file.name)
        entries.append(
            {
                "type": "library" if ".so" in file.name else "application",
                "bom-ref": reference,
                "name": file.name,
                "version": project_version(),
                "scope": "required",
                "hashes": [{"alg": "SHA-256", "content": digest_of(file)}],
                "licenses": [{"expression": "Apache-2.0"}],
                "purl": reference,
            }
        )
        dependencies[reference] = {part.purl for part in parts}
        components.update({part.purl: part for part in parts})
    entries += [components[purl].entry() for purl in sorted(components)]
    main = f"{PROJECT}@{project_version()}"
    dependencies[main] = {artefact_reference(file.name) for file in files}
    moment = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "library",
                "bom-ref": main,
                "name": name,
                "version": project_version(),
                "licenses": [{"expression": "Apache-2.0"}],
                "purl": main,
            },
        },
        "components": entries,
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(parts)} for reference, parts in sorted(dependencies.items())
        ],
    }
    body["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))}"
    return json.dumps(body, indent=1, sort_keys=True) + "\n"


def main() -> None:
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    out, name, *files = sys.argv[1:]
    Path(out).write_text(document(name, {Path(file).resolve(): parts_of(Path(file).resolve()) for file in files}))


if __name__ == "__main__":
    main()
