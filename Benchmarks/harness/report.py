"""Writes the results: as data, as a table, and as a picture."""

import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from .measure import Comparison
from .server import nginx


def write(folder: Path, comparisons: list[Comparison], missing: list[str], seconds: float, quick: bool) -> None:
    folder.mkdir(exist_ok=True)
    machine = describe_machine()
    data = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(seconds),
        "machine": machine,
        "missing": missing,
        "workloads": [as_data(comparison) for comparison in comparisons],
    }
    (folder / "results.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    (folder / "RESULTS.md").write_text(as_markdown(data, comparisons))


def as_data(comparison: Comparison) -> dict:
    workload = comparison.workload
    return {
        "name": workload.name,
        "group": workload.group,
        "title": workload.title,
        "figure": workload.figure,
        "unit": workload.unit,
        "calls_per_round": comparison.calls,
        "target": workload.target,
        "limit": workload.limit,
        "reached": comparison.reached,
        "entries": [
            {
                "contender": result.entry.of,
                "title": result.entry.title,
                "median": result.median * workload.scale,
                "rounds": [figure * workload.scale for figure in result.figures],
                "ratio": comparison.ratio(index),
                "ratio_quartiles": comparison.spread(index),
                "processor_ratio": comparison.processor_ratio(index),
                "last_output": result.output,
            }
            for index, result in enumerate(comparison.results)
        ],
    }


def as_markdown(data: dict, comparisons: list[Comparison]) -> str:
    machine = data["machine"]
    lines = [
        "# Results",
        "",
        f"{'A quick run' if data['quick'] else 'A run'} of {data['seconds']} s on {data['date']}: "
        f"{machine['processor']}, {machine['processors']} processors, {machine['memory_gb']} GB, {machine['system']}; "
        f"{machine['libcurl']}, jansson {machine['jansson']}, {machine['nginx']}, {machine['python']}, "
        f"{machine['go']}. Server and clients share the machine.",
        "",
        "Each row is the median of its rounds. *Ratio* is the median of the ratios to the first contender of the "
        "workload, round by round, with their quartiles; *processor* is the same for the processor time of the whole "
        "client process, which other programs on the machine disturb less.",
    ]
    for name in data["missing"]:
        lines += ["", f"Left out: {name}."]
    group = None
    for comparison in comparisons:
        workload = comparison.workload
        if workload.group != group:
            group = workload.group
            lines += ["", f"## {group}", "", "| workload | contender | median | ratio | processor | target | |"]
            lines += ["|---|---|--:|--:|--:|--:|---|"]
        for index in range(len(comparison.results)):
            lines.append(row(comparison, index, is_judged=index == comparison.judged))
    return "\n".join(lines) + "\n"


def row(comparison: Comparison, index: int, is_judged: bool) -> str:
    workload, result = comparison.workload, comparison.results[index]
    ratio = processor = target = verdict = ""
    if index > 0 and workload.limit is None:
        low, high = comparison.spread(index)
        ratio = f"{comparison.ratio(index):.2f}"
        if len(result.figures) > 1:
            ratio += f" ({low:.2f}–{high:.2f})"
        if (value := comparison.processor_ratio(index)) is not None:
            processor = f"{value:.2f}"
    if is_judged and comparison.reached is not None:
        target = f"≤ {workload.target:.2f}" if workload.target is not None else f"≤ {number(workload.limit)} {workload.unit}"
        verdict = "reached" if comparison.reached else "**missed**"
    title = workload.title if index == 0 else ""
    return (
        f"| {title} | {result.entry.title} | {number(result.median * workload.scale)} {workload.unit} "
        f"| {ratio} | {processor} | {target} | {verdict} |"
    )


def number(value: float) -> str:
    """Three significant digits."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def describe_machine() -> dict:
    def first_line(*command: str) -> str:
        try:
            finished = subprocess.run(command, capture_output=True, text=True)
        except OSError:
            return "unknown"
        return (finished.stdout + finished.stderr).splitlines()[0] if finished.returncode == 0 else "unknown"

    processor = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return {
        "processor": processor,
        "processors": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{system}, Linux {platform.release()}",
        "libcurl": "libcurl " + first_line("pkg-config", "--modversion", "libcurl"),
        "jansson": first_line("pkg-config", "--modversion", "jansson"),
        "nginx": first_line(nginx(), "-v").replace("nginx version: ", ""),
        "python": first_line("python3", "--version"),
        "go": first_line("go", "version").removeprefix("go version ").replace("go", "Go ", 1),
    }
