"""Generates the Swift reference page from the compiler's symbol graph, and a DocC archive."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

_INTRODUCTION = """# Swift reference

The module `PeerID`, product `PeerID` of the package. [The Swift page](../start/swift.md) shows how to depend on it.
"""
_ARCHIVE = """
`make docs` also creates a DocC archive, `build/docs/PeerID.doccarchive`, for Xcode and for browsers:

```sh
python3 -m http.server --bind 127.0.0.1 --directory build/docs/PeerID.doccarchive 8001
```

Then open http://127.0.0.1:8001/documentation/peerid.
"""
_TYPES = ("swift.class", "swift.struct", "swift.enum")
_SECTIONS = (
    ("swift.enum.case", "Cases"),
    ("swift.init", "Initializers"),
    ("swift.type.property", "Type properties"),
    ("swift.property", "Properties"),
    ("swift.type.method", "Type methods"),
    ("swift.method", "Methods"),
    ("swift.typealias", "Type aliases"),
)
_LISTS = {"Parameters": "Parameters", "Parameter": "Parameters", "Returns": "Returns", "Throws": "Throws"}


def page(root: Path, folder: Path) -> str:
    """Return the page."""
    symbols = _symbols(root, folder)
    parts = [_INTRODUCTION]
    if _make_archive(root / "Tools/docs/PeerID.docc", folder, folder.parent / "PeerID.doccarchive"):
        parts.append(_ARCHIVE)
    types = [symbol for symbol in symbols if symbol["kind"]["identifier"] in _TYPES]
    for symbol in sorted(types, key=lambda symbol: symbol["pathComponents"]):
        parts.append(_type(symbol, symbols))
    return "\n".join(parts)


def _make_archive(catalog: Path, graphs: Path, archive: Path) -> bool:
    """Check and render the comments with DocC, whose warnings are errors; `False` if the toolchain has no DocC."""
    swift = shutil.which("swift")
    docc = shutil.which("docc") or (swift and shutil.which("docc", path=str(Path(swift).resolve().parent)))
    if not docc:
        return False
    shutil.rmtree(archive, ignore_errors=True)
    command = [docc, "convert", catalog, "--additional-symbol-graph-dir", graphs, "--output-path", archive]
    command += ["--fallback-display-name", "PeerID", "--fallback-bundle-identifier", "org.peerplays.PeerID"]
    command += ["--transform-for-static-hosting", "--warnings-as-errors"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0 or "warning:" in done.stdout:
        raise SystemExit(f"docc: {done.stdout}")
    return True


def _symbols(root: Path, folder: Path) -> list[dict]:
    modules = next(
        (
            path
            for path in (root / ".build-shipped/release/Modules", root / ".build/debug/Modules")
            if (path / "PeerID.swiftmodule").exists()
        ),
        None,
    )
    if modules is None:
        raise SystemExit("the Swift module PeerID is not built: run `make library`")
    target = subprocess.run(["swift", "-print-target-info"], capture_output=True, text=True, check=True).stdout
    command = [
        "swift",
        "symbolgraph-extract",
        "-module-name",
        "PeerID",
        "-minimum-access-level",
        "public",
        "-skip-synthesized-members",
        "-I",
        modules,
        "-target",
        json.loads(target)["target"]["triple"],
        "-output-dir",
        folder,
    ]
    for name in ("CCatalogue", "CCurl", "CJansson", "CLinux"):
        command += ["-Xcc", f"-fmodule-map-file={root}/Sources/{name}/module.modulemap"]
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, check=True)
    symbols = json.loads((folder / "PeerID.symbols.json").read_text("utf-8"))["symbols"]
    # Its comment comes from the Swift standard library.
    return [symbol for symbol in symbols if symbol["pathComponents"][-1] != "init(rawValue:)"]


def _type(symbol: dict, symbols: list[dict]) -> str:
    path = symbol["pathComponents"]
    parts = [f"## {'.'.join(path)}\n", _declaration(symbol), _comment(symbol)]
    members = [other for other in symbols if other["pathComponents"][:-1] == path]
    for kind, title in _SECTIONS:
        chosen = sorted((member for member in members if member["kind"]["identifier"] == kind), key=_place)
        if not chosen:
            continue
        parts.append(f"**{title}**\n")
        if kind in ("swift.enum.case", "swift.property", "swift.type.property", "swift.typealias"):
            parts.append(_table(chosen))
            continue
        for member in chosen:
            parts += [f"### {'.'.join(member['pathComponents'])}\n", _declaration(member), _comment(member)]
    return "\n".join(parts)


def _place(symbol: dict) -> tuple:
    location = symbol.get("location", {})
    return location.get("uri", ""), location.get("position", {}).get("line", 0)


def _table(members: list[dict]) -> str:
    rows = ["| | |", "|---|---|"]
    for member in members:
        name = _spelling(member["names"]["subHeading"]) if "case" in member["kind"]["identifier"] else _text(member)
        text = " ".join(_lines(member)).replace("|", "\\|")
        rows.append(f"| `{name}` | {_capital(text)} |")
    return "\n".join(rows) + "\n"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spelling(fragments: list[dict]) -> str:
    return "".join(fragment["spelling"] for fragment in fragments)


def _text(symbol: dict) -> str:
    text = _spelling(symbol["declarationFragments"])
    return re.sub(r"\s*\{ get \}$", "", text)


def _declaration(symbol: dict) -> str:
    text = _text(symbol)
    if len(text) > 90 and "(" in text:
        head, _, rest = text.partition("(")
        inside, _, tail = rest.rpartition(")") if "throws(" not in rest else rest.partition(") throws(")
        tail = f") throws({tail}" if "throws(" in rest else f"){tail}"
        text = head + "(\n  " + ",\n  ".join(re.split(r", (?=[a-z_]+[ :])", inside)) + "\n" + tail
    return f"```swift\n{text}\n```\n"


def _lines(symbol: dict) -> list[str]:
    lines = [line["text"] for line in symbol.get("docComment", {}).get("lines", ())]
    return [line for line in lines if not line.startswith("C name:")]


def _comment(symbol: dict) -> str:
    """The comment, with titles for the lists of parameters, results and errors."""
    out: list[str] = []
    for line in _lines(symbol):
        found = re.match(r"- (Parameters?|Returns|Throws)(?: (\w+))?:\s*(.*)", line)
        if found:
            kind, name, text = found.groups()
            title = f"**{_LISTS[kind]}**"
            if title not in out:
                out += ["", title, ""]
            if kind == "Parameter":
                out.append(f"- `{name}`: {text}")
            elif text:
                out.append(_capital(text))
            continue
        parameter = re.match(r"  - (\w+): (.*)", line)
        out.append(
            f"- `{parameter[1]}`: {parameter[2]}" if parameter else line.strip() if line.startswith("  ") else line
        )
    return "\n".join(out) + "\n"
