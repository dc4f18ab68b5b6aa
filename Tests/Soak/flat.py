"""Whether something stays flat: memory, descriptors, threads."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def growth(samples: Sequence[float], share: float, constant: float) -> tuple[float, float] | None:
    """The medians of the middle and the last third, if the last is greater by more than the share plus the constant;
    otherwise None. The first third contains what a program allocates at its start."""
    third = len(samples) // 3
    middle, last = median(samples[third : 2 * third]), median(samples[2 * third :])
    return None if last <= middle * (1 + share) + constant else (middle, last)
