"""The chart of a soak test: memory, latency and outcomes over time."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from soak import Run

COLORS = {"done": "#4c9f70", "not_done": "#e0a030", "not_sent": "#8a8f98", "unknown": "#c8553d"}


def draw(run: Run, path: Path, bucket: int) -> None:
    """Writes the chart as SVG; a point of the latencies and outcomes covers `bucket` seconds."""
    # The same run produces the same file.
    plt.rcParams.update({"svg.hashsalt": "soak", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, (memory, other, latency, outcomes) = plt.subplots(4, 1, sharex=True, figsize=(9, 10), layout="constrained")
    for worker in run.workers:
        times = [sample[0] / 60 for sample in worker.samples]
        memory.plot(times, [sample[1] for sample in worker.samples], label=worker.name)
        line = other.plot(times, [sample[2] for sample in worker.samples], label=f"{worker.name}, descriptors")
        other.plot(
            times,
            [sample[3] for sample in worker.samples],
            ":",
            color=line[0].get_color(),
            label=f"{worker.name}, threads",
        )
    memory.set(ylabel="memory, MB", ylim=(0, None), title=f"Soak test, {run.seconds / 60:g} min, a fault every second")
    other.set(ylabel="descriptors, threads", ylim=(0, None))

    calls: defaultdict[int, list[float]] = defaultdict(list)
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    # The last bucket is not full.
    for begun, outcome, milliseconds in run.submitted:
        if begun < run.seconds // bucket * bucket:
            calls[int(begun // bucket)].append(milliseconds)
            counts[int(begun // bucket)][outcome] += 1
    buckets = sorted(number for number in calls if len(calls[number]) > 1)
    times = [(number + 0.5) * bucket / 60 for number in buckets]
    cuts = [quantiles(calls[number], n=100) for number in buckets]
    for percent in (50, 90, 99):
        latency.plot(times, [cut[percent - 1] for cut in cuts], label=f"{percent} %")
    latency.set(ylabel="submit, ms", yscale="log")
    for name, color in COLORS.items():
        rates = [counts[number][name] / bucket for number in buckets]
        outcomes.plot(times, rates, label=name.replace("_", " "), color=color)
    outcomes.set(ylabel="operations a second", xlabel="minutes", ylim=(0, None))
    outcomes.set_yscale("symlog", linthresh=1)
    for axes in (memory, other, latency, outcomes):
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
