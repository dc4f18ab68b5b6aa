"""Draws sequence diagrams: a ```sequence block becomes an SVG in the colours of the page.

Browser | Your server | PeerID          the columns
Browser -> Your server: GET /login      a request
Your server --> Browser: 302            a response
Your server: keeps the state            a note on one column
"""

from __future__ import annotations

import html
import re

_CHARACTER = 6.9
_ROW = 38
_HEAD = 46
_MARGIN = 14
_NARROWEST = 130

_ARROW = re.compile(r"(.+?) (-->|->) (.+?): (.+)")
_NOTE = re.compile(r"(.+?): (.+)")


def svg(text: str) -> str:
    """Draw a diagram."""
    first, *rest = [line.strip() for line in text.splitlines() if line.strip()]
    columns = [name.strip() for name in first.split("|")]
    steps = [_step(line, columns) for line in rest]
    places = _places(columns, steps)
    height = _HEAD + _ROW * len(steps) + 2 * _MARGIN
    notes = [places[start] + _width(label) / 2 for start, end, _, label in steps if start == end]
    width = max([places[-1] + _width(columns[-1]) / 2, *notes]) + _MARGIN
    parts = [
        f'<svg viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" role="img" aria-label="{_label(columns, rest)}">'
    ]
    for name, place in zip(columns, places):
        box = _width(name)
        parts.append(f'<line class="life" x1="{place:.0f}" x2="{place:.0f}" y1="{_HEAD - 6}" y2="{height - _MARGIN}"/>')
        parts.append(
            f'<rect class="head" x="{place - box / 2:.0f}" y="{_MARGIN}" width="{box:.0f}" height="26" rx="4"/>'
        )
        parts.append(f'<text class="name" x="{place:.0f}" y="{_MARGIN + 17}">{html.escape(name)}</text>')
    for row, (start, end, kind, label) in enumerate(steps):
        y = _HEAD + _MARGIN + _ROW * row + 20
        if start == end:
            box = _width(label)
            corner = places[start] - box / 2
            parts.append(f'<rect class="note" x="{corner:.0f}" y="{y - 18}" width="{box:.0f}" height="24" rx="3"/>')
            parts.append(f'<text x="{places[start]:.0f}" y="{y - 2}">{html.escape(label)}</text>')
            continue
        direction = 1 if end > start else -1
        tip = places[end] - direction * 2
        parts.append(
            f'<line class="{kind}" x1="{places[start]:.0f}" x2="{tip - direction * 6:.0f}" y1="{y}" y2="{y}"/>'
        )
        parts.append(f'<path class="tip" d="M{tip:.0f} {y} l{-direction * 9} -4 v8 z"/>')
        middle = (places[start] + places[end]) / 2
        parts.append(f'<text x="{middle:.0f}" y="{y - 6}">{html.escape(label)}</text>')
    return "".join([*parts, "</svg>"])


def fence(source: str, language: str, css_class: str, options: dict, md: object, **_: object) -> str:
    """Format a fenced block for pymdownx.superfences."""
    return f'<div class="sequence">{svg(source)}</div>'


def _step(line: str, columns: list[str]) -> tuple[int, int, str, str]:
    arrow = _ARROW.fullmatch(line)
    if arrow:
        start, kind, end, label = arrow.groups()
        return _column(start, columns), _column(end, columns), "request" if kind == "->" else "answer", label
    note = _NOTE.fullmatch(line)
    if not note:
        raise ValueError(f"invalid step in a sequence: {line}")
    column = _column(note[1], columns)
    return column, column, "note", note[2]


def _column(name: str, columns: list[str]) -> int:
    if name not in columns:
        raise ValueError(f"the sequence has no column {name}: {' | '.join(columns)}")
    return columns.index(name)


def _width(text: str) -> float:
    return len(text) * _CHARACTER + 20


def _places(columns: list[str], steps: list[tuple[int, int, str, str]]) -> list[float]:
    """Place the columns far enough apart for their names and for the labels between them."""
    gaps = [max(_NARROWEST, (_width(a) + _width(b)) / 2 + 12) for a, b in zip(columns, columns[1:])]
    left = _width(columns[0]) / 2
    for start, end, _, label in sorted(steps, key=lambda step: abs(step[0] - step[1])):
        low, high = sorted((start, end))
        if low == high:
            if low == 0:
                left = max(left, _width(label) / 2)
            else:
                gaps[low - 1] = max(gaps[low - 1], _width(label) / 2 + 20)
            if low < len(gaps):
                gaps[low] = max(gaps[low], _width(label) / 2 + 20)
            continue
        missing = _width(label) - sum(gaps[low:high])
        for index in range(low, high):
            gaps[index] += max(0, missing) / (high - low)
    places = [left + _MARGIN]
    for gap in gaps:
        places.append(places[-1] + gap)
    return places


def _label(columns: list[str], lines: list[str]) -> str:
    return html.escape("Sequence of " + ", ".join(columns) + ": " + "; ".join(lines), quote=True)
