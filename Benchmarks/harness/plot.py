"""Draws the ratios as an SVG for light and dark pages."""

from html import escape
from pathlib import Path

from .measure import Comparison

WIDTH = 860
LABEL = 350
RIGHT = 80
FIGURE = 32  # the width of a figure such as 0.97
ROW = 26
TOP = 64
LANGUAGES = {"c": "C", "python": "Python", "go": "Go"}

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .language { font-weight: 600; }
  .note, .axis { fill: #57606a; font-size: 12px; }
  .grid { stroke: #d0d7de; }
  .one { stroke: #57606a; }
  .bar { fill: #2f6fb3; }
  .missed { fill: #c4641d; }
  .spread { stroke: #24292f; stroke-width: 1.5; }
  .target { stroke: #1a7f37; stroke-width: 2.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note, .axis { fill: #9aa4af; }
    .grid { stroke: #3b434c; }
    .one { stroke: #9aa4af; }
    .bar { fill: #4c8fd6; }
    .missed { fill: #e08a45; }
    .spread { stroke: #e6edf3; }
    .target { stroke: #3fb950; }
  }
"""


def draw(path: Path, comparisons: list[Comparison]) -> None:
    """One bar for each workload that compares libpeerid with a program written by hand, by language."""
    bars = [(c, index) for c in comparisons if (index := compared(c)) is not None]
    rows: list[tuple[Comparison, int] | str] = []
    for language, title in LANGUAGES.items():
        own = [(c, i) for c, i in bars if c.results[i].entry.language == language]
        rows += [title, *own] if own else []
    ratios = [c.ratio(i) for c, i in bars]
    top = max([1.5, *ratios]) * 1.05
    height = TOP + ROW * len(rows) + 34

    def x(ratio: float) -> float:
        return LABEL + (WIDTH - LABEL - RIGHT) * min(ratio, top) / top

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="Time of a call with libpeerid as a multiple of the same without it">',
        f"<style>{STYLE}</style>",
        '<text class="title" x="10" y="24">libpeerid against programs written by hand</text>',
        '<text class="note" x="10" y="44">Time of a call as a multiple of the same without libpeerid, in the '
        "same language; shorter is faster. Thin line: quartiles. Green: target.</text>",
    ]
    bottom = TOP + ROW * len(rows)
    step = 0.25 if top < 2.5 else 0.5
    for tick in [step * n for n in range(int(top / step) + 1)]:
        kind = "one" if tick == 1 else "grid"
        parts.append(f'<line class="{kind}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 6}" y2="{bottom}"/>')
        parts.append(f'<text class="axis" x="{x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>')
    for number, row in enumerate(rows):
        y = TOP + ROW * number
        if isinstance(row, str):
            parts.append(f'<text class="language" x="10" y="{y + 14}">{row}</text>')
            continue
        comparison, index = row
        ratio, (low, high) = comparison.ratio(index), comparison.spread(index)
        missed = " missed" if comparison.reached is False else ""
        middle = y + ROW / 2 - 3
        parts += [
            f'<text x="{LABEL - 10}" y="{y + 14}" text-anchor="end">{escape(comparison.workload.title)}</text>',
            f'<rect class="bar{missed}" x="{LABEL}" y="{y}" width="{x(ratio) - LABEL:.1f}" height="{ROW - 8}" rx="2"/>',
            f'<line class="spread" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{middle}" y2="{middle}"/>',
        ]
        target = comparison.workload.target
        figure = beside(x(max(ratio, high)), [x(1)] + ([] if target is None else [x(target)]))
        parts.append(f'<text x="{figure:.1f}" y="{y + 14}">{ratio:.2f}</text>')
        if target is not None:
            at = x(target)
            parts.append(f'<line class="target" x1="{at:.1f}" x2="{at:.1f}" y1="{y - 3}" y2="{y + ROW - 5}"/>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")


def beside(end: float, lines: list[float]) -> float:
    """The position of a figure after the end of its bar, clear of vertical lines."""
    start = end + 6
    for line in sorted(lines):
        if start - 4 <= line <= start + FIGURE + 2:
            start = line + 6
    return start


def compared(comparison: Comparison) -> int | None:
    """The entry of libpeerid, in a workload that compares its time with that of a program for the same calls."""
    workload = comparison.workload
    if len(comparison.results) < 2 or workload.limit is not None or workload.figure != "us_per_call":
        return None
    reference = comparison.results[0].entry.of
    # The lower bound, and the rows that compare builds or settings of libpeerid.
    if reference == "raw-socket" or reference.startswith("peerid"):
        return None
    index = workload.judged % len(comparison.results)
    return index if comparison.results[index].entry.of != reference else None
