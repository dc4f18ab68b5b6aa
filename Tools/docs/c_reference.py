"""Generates the C reference from Doxygen's XML."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def page(root: Path) -> str:
    """Run Doxygen and return the page. Warnings of Doxygen are errors."""
    done = subprocess.run(["doxygen", "Tools/docs/Doxyfile"], cwd=root)
    if done.returncode != 0:
        raise SystemExit("Doxygen failed or reported warnings")
    xml = root / "build/docs/doxygen/xml"
    compound = ElementTree.parse(xml / "peerid_8h.xml").getroot().find("compounddef")
    struct = ElementTree.parse(xml / "structpeerid__store__callbacks.xml").getroot().find("compounddef")
    ids = {struct.get("id"): struct.findtext("compoundname")}
    for member in compound.iter("memberdef"):
        ids[member.get("id")] = member.findtext("name")
        for value in member.iter("enumvalue"):
            ids[value.get("id")] = member.findtext("name")
    writer = _Writer(ids)
    parts = [
        "# C reference\n",
        "All declarations of `<peerid.h>`, in the order of use. "
        "[The C page](../start/c.md) shows how to compile and link.\n",
    ]
    parts.append(writer.blocks(compound.find("detaileddescription")))
    # The header is in the order of use; Doxygen puts groups with enums first.
    groups = sorted(compound.findall("sectiondef[@kind='user-defined']"), key=_line)
    for group in groups:
        parts.append(f"## {group.findtext('header')}\n")
        description = group.find("description")
        if description is not None:
            parts.append(writer.blocks(description))
        members = sorted(group.findall("memberdef"), key=lambda member: int(member.find("location").get("line")))
        for member in members:
            if member.get("kind") == "typedef" and member.findtext("type", "").startswith("enum"):
                continue
            # A struct with public fields has its own description.
            is_open = member.findtext("name") == struct.findtext("compoundname")
            parts.append(writer.struct(struct) if is_open else writer.member(member))
    parts.append("## Version macros\n")
    for member in compound.findall("sectiondef[@kind='define']/memberdef"):
        name = member.findtext("name")
        if name.startswith("PEERID_VERSION"):
            parts.append(f"### {name} {{ #{name} }}\n\n```c\n#define {name} {member.findtext('initializer')}\n```\n")
            parts.append(writer.blocks(member.find("briefdescription")))
    return "\n".join(parts) + "\n"


def _line(group: ElementTree.Element) -> int:
    return min(int(member.find("location").get("line")) for member in group.findall("memberdef"))


class _Writer:
    def __init__(self, ids: dict[str, str]) -> None:
        self._ids = ids

    def member(self, member: ElementTree.Element) -> str:
        name = member.findtext("name")
        lines = [f"### {name}\n", f"```c\n{self._declaration(member)}\n```\n"]
        for part in ("briefdescription", "detaileddescription"):
            lines.append(self.blocks(member.find(part)))
        values = member.findall("enumvalue")
        if values:
            lines.append("| constant | number | meaning |\n|---|--:|---|")
            for value in values:
                text = " ".join(
                    self.blocks(value.find(part)).strip() for part in ("briefdescription", "detaileddescription")
                )
                number = value.findtext("initializer").lstrip("= ")
                lines.append(f"| `{value.findtext('name')}` | {number} | {' '.join(text.split())} |")
            lines.append("")
        return "\n".join(lines)

    def struct(self, struct: ElementTree.Element) -> str:
        lines = [f"### {struct.findtext('compoundname')}\n"]
        for part in ("briefdescription", "detaileddescription"):
            lines.append(self.blocks(struct.find(part)))
        lines.append("| field | type | |\n|---|---|---|")
        for member in struct.iter("memberdef"):
            text = self.blocks(member.find("briefdescription")).strip()
            kind = "".join(member.find("type").itertext())
            lines.append(f"| `{member.findtext('name')}` | `{kind}` | {text} |")
        return "\n".join(lines) + "\n"

    def _declaration(self, member: ElementTree.Element) -> str:
        kind = member.get("kind")
        if kind == "enum":
            return f"enum {member.findtext('name')}"
        if kind != "function":
            text = member.findtext("definition")
            return _wrapped(re.sub(r"\(\* (\w+)\) \(", r"(*\1)(", text) + ";")
        result = "".join(member.find("type").itertext()).strip()
        result += "" if result.endswith("*") else " "
        parameters = [
            "".join(p.find("type").itertext()) + " " + p.findtext("declname", "") for p in member.findall("param")
        ]
        arguments = ", ".join(re.sub(r"(\*) (\w)", r"\1\2", p).strip() for p in parameters) or "void"
        return _wrapped(f"{result}{member.findtext('name')}({arguments});")

    def blocks(self, element: ElementTree.Element | None) -> str:
        """Format paragraphs, lists, and lists of parameters."""
        out: list[str] = []
        for child in element if element is not None else ():
            if child.tag == "para":
                out.append(self._paragraph(child))
            elif child.tag == "sect1":
                out.append(self.blocks(child))
        return "\n".join(text for text in out if text.strip()) + "\n"

    def _paragraph(self, para: ElementTree.Element) -> str:
        text, parts = self._escaped(para.text), []

        def flush() -> None:
            nonlocal text
            if text.strip():
                parts.append(text.strip() + "\n")
            text = ""

        for child in para:
            block = self._block(child)
            if block is None:
                text += self._inline(child)
            else:
                flush()
                parts.append(block)
            text += self._escaped(child.tail)
        flush()
        return "\n".join(parts)

    def _block(self, child: ElementTree.Element) -> str | None:
        if child.tag == "parameterlist":
            lines = ["**Parameters**\n"]
            for item in child.findall("parameteritem"):
                name = item.find("parameternamelist/parametername").text
                description = " ".join(self.blocks(item.find("parameterdescription")).split())
                lines.append(f"- `{name}`: {description}")
            return "\n".join(lines) + "\n"
        if child.tag == "simplesect":
            kind = child.get("kind")
            title = child.findtext("title") or {"return": "Returns", "see": "See also", "note": "Note"}.get(kind, kind)
            text = self.blocks(child)
            return f"**{title}**\n\n{text[:1].upper()}{text[1:]}"
        if child.tag == "itemizedlist":
            items = [" ".join(self.blocks(item).split()) for item in child.findall("listitem")]
            return "\n".join(f"- {item}" for item in items) + "\n"
        if child.tag == "programlisting":
            lines = []
            for line in child.findall("codeline"):
                lines.append("".join(self._code(part) for part in line))
            return "```c\n" + "\n".join(lines).strip("\n") + "\n```\n"
        return None

    def _code(self, element: ElementTree.Element) -> str:
        text = element.text or ""
        for child in element:
            text += " " if child.tag == "sp" else self._code(child)
            text += child.tail or ""
        return text

    def _inline(self, child: ElementTree.Element) -> str:
        inner = (child.text or "") + "".join(self._code(part) + (part.tail or "") for part in child)
        if child.tag == "computeroutput":
            return self._linked(inner)
        if child.tag == "ref":
            name = self._ids.get(child.get("refid"))
            return f"[`{inner}`](#{name})" if name else f"`{inner}`"
        if child.tag in ("emphasis", "bold"):
            mark = "*" if child.tag == "emphasis" else "**"
            return f"{mark}{self._escaped(inner)}{mark}"
        if child.tag == "sp":
            return " "
        return _CHARACTERS.get(child.tag, "") or self._escaped(inner)

    def _linked(self, name: str) -> str:
        return f"[`{name}`](#{name})" if name in self._ids.values() else f"`{name}`"

    def _escaped(self, text: str | None) -> str:
        parts = re.split(r"(PEERID_[A-Z_]+[A-Z])", (text or "").replace("\n", " "))
        return "".join(
            f"`{part}`" if odd else re.sub(r"([*_<|])", r"\\\1", part)
            for odd, part in ((index % 2, part) for index, part in enumerate(parts))
        )


_CHARACTERS = {"hellip": "…", "times": "×", "ndash": "–", "mdash": "—"}


def _wrapped(text: str) -> str:
    if len(text) <= 90:
        return text
    head, _, rest = text.partition("(")
    if rest.startswith("*"):
        more, _, rest = rest.partition("(")
        head = f"{head}({more}"
    inside, _, tail = rest.rpartition(")")
    return f"{head}(\n    " + ",\n    ".join(inside.split(", ")) + f"){tail}"
