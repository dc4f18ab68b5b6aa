from __future__ import annotations


class CaseFailure(Exception):
    """A case failed, or is invalid."""
