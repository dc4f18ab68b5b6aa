from __future__ import annotations


class CaseFailure(Exception):
    """A case did not come out as it says, or says what nobody understands."""
