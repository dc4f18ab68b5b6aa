"""Hooks for MkDocs: the generated reference pages, and links to files of the repository.

Pages outside `docs`, such as CONTRIBUTING.md, become pages of the site. Links to other files of the repository lead to
copies of the files."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import c_reference  # noqa: E402
import man_pages  # noqa: E402
import swift_reference  # noqa: E402

# Pages of the site whose sources are not in `docs`.
_OUTSIDE = {"contributing.md": "CONTRIBUTING.md", "security.md": "SECURITY.md", "changelog.md": "CHANGELOG.md"}
_INSIDE = {path: page for page, path in _OUTSIDE.items()}
_LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\[\]]*\])*\])\(([^)\s]+)\)")
_FENCE = re.compile(r"^(```+|~~~+)", re.M)


# The search lists guides first.
_BEHIND_GUIDES = "---\nsearch:\n  boost: 0.3\n---\n\n"


def on_files(files, config):
    """Add the pages that do not come from files in `docs`."""
    pages = {page: (ROOT / path).read_text("utf-8") for page, path in _OUTSIDE.items()}
    pages["reference/c.md"] = c_reference.page(ROOT)
    pages["reference/swift.md"] = swift_reference.page(ROOT, ROOT / "build/docs/swift")
    pages["reference/go.md"] = _go("# Go reference\n", "!operations.go")
    pages["reference/go-operations.md"] = _go(_GO_OPERATIONS, "operations.go")
    pages["reference/man.md"] = man_pages.page(ROOT)
    for name, text in pages.items():
        if name.startswith("reference/"):
            text = _BEHIND_GUIDES + text
        if files.get_file_from_path(name):
            raise PluginError(f"docs/{name} is generated, but also exists in docs")
        files.append(File.generated(config, name, content=text))
    return files


def on_pre_build(config):
    """Check that the Python reference contains everything that the package exports."""
    package = ROOT / "bindings/python/peerid"
    exported = ast.literal_eval(
        re.search(r"__all__ = (\[.*?\])", (package / "__init__.py").read_text("utf-8"), re.S)[1]
    )
    described = (ROOT / "docs/reference/python.md").read_text("utf-8")
    errors = re.findall(r"^class (\w+)", (package / "errors.py").read_text("utf-8"), re.M)
    modules = ("aio", "ops", "stores")
    missing = [
        name
        for name in exported
        if name not in errors
        and name not in modules
        and not name.startswith("_")
        and not re.search(rf"^::: peerid\.{name}$", described, re.M)
    ]
    if missing:
        raise PluginError(f"docs/reference/python.md does not have {', '.join(missing)}")


def on_page_markdown(markdown, page, config, files):
    """Point links to files of the repository to the copies in the site."""
    source = PurePosixPath(_OUTSIDE.get(page.file.src_uri, f"docs/{page.file.src_uri}"))
    parts, is_code, position = [], False, 0
    for fence in [*_FENCE.finditer(markdown), None]:
        end = fence.start() if fence else len(markdown)
        text = markdown[position:end]
        parts.append(text if is_code else _LINK.sub(lambda link: _link(link, source, page, config, files), text))
        is_code, position = not is_code, end
    return "".join(parts)


def _link(link, source, page, config, files):
    text, target = link.groups()
    target, _, anchor = target.partition("#")
    if not target or re.match(r"[a-z]+:", target):
        return link[0]
    path = PurePosixPath(os.path.normpath(source.parent / target))
    if str(path) in _INSIDE:
        inside = _INSIDE[str(path)]
    elif path.parts[0] == "docs":
        inside = str(path.relative_to("docs"))
    elif (ROOT / path).is_file():
        inside = f"source/{path}" if path.suffix in (".png", ".svg") else f"source/{path}.txt"
        if not files.get_file_from_path(inside):
            content = (ROOT / path).read_bytes()
            files.append(File.generated(config, inside, content=content))
    elif (ROOT / path).exists():
        # Folders have no page.
        return f"`{path}`"
    else:
        raise PluginError(f"{source}: {path} does not exist")
    relative = os.path.relpath(inside, PurePosixPath(page.file.src_uri).parent)
    return f"{text}({relative}{'#' + anchor if anchor else ''})"


_GO_OPERATIONS = """# Go: the types of operations

Each operation is a struct with its fields; [Operations](../operations.md) describes the fields, units and rules.
The method `OpName` of each struct returns the operation's name.
"""


def _go(head, pattern):
    command = ["go", "run", ".", str(ROOT / "bindings/go"), pattern]
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=ROOT / "Tools/docs/gopages", env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise PluginError("gopages failed")
    # Examples in Go comments are indented by a tab.
    text = re.sub(r"(?m)(?:^\t.*\n(?:\n(?=\t))?)+", lambda block: _fenced(block[0]), _outside_fences(done.stdout))
    return head + "\n" + text.replace("\0", "\t")


def _outside_fences(text):
    """Protect tabs in fenced code."""
    return re.sub(r"(?ms)^```go\n.*?^```$", lambda block: block[0].replace("\t", "\0"), text)


def _fenced(block):
    lines = [line[1:] if line.startswith("\t") else line for line in block.rstrip("\n").split("\n")]
    return "```go\n" + "\n".join(lines).replace("\t", "\0") + "\n```\n"
