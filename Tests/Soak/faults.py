"""The faults of a soak test, produced by the sandbox; docs/sandbox.md describes them."""

from __future__ import annotations

from dataclasses import dataclass

OPERATIONS, REFRESH = "/api/v1/app/operations", "/api/v1/auth/refreshtoken"


@dataclass(frozen=True)
class Fault:
    name: str
    # The body for the sandbox's control.
    body: dict[str, object]
    control: str = "faults"
    # Whether tokens expire, so that the fault affects a refresh.
    expires: bool = False

    @property
    def is_of_requests(self) -> bool:
        """Whether it affects the next requests, instead of happening at once."""
        return self.control == "faults"


def _request(name: str, kind: str, path: str = OPERATIONS, times: int = 2, **more: object) -> Fault:
    return Fault(name, {"kind": kind, "path": path, "times": times, **more}, expires=path == REFRESH)


FAULTS = (
    _request("request lost", "drop_before"),
    _request("answer lost", "drop_after"),
    _request("answer cut in half", "drop_mid"),
    _request("answer cut in its head", "drop_mid", cut="head"),
    _request("answer cut in its body", "drop_mid", cut="body"),
    _request("500 without being done", "status", status=500),
    _request(
        "502 of a proxy, done", "status_after", status=502, body="<html>bad gateway</html>", content_type="text/html"
    ),
    _request("503 with Retry-After", "status", status=503, headers={"Retry-After": "1"}),
    _request("429", "status", status=429),
    _request("late request", "delay", ms=300),
    _request("answer later than the timeout", "delay_after", times=1, ms=2500),
    _request("connection closed by the server", "close_after", path="*", times=4),
    _request("connection gone without notice", "hang_up", path="*", times=4),
    _request("refused by the chain", "refuse_on_chain"),
    _request("lost before the chain", "lose_before_chain"),
    _request("held by the node, then done", "hold_in_pool", included_after_ms=1500),
    _request("answer of a refresh lost", "drop_after", path=REFRESH, times=1),
    _request("refresh fails with 500", "status", path=REFRESH, times=1, status=500),
    _request("log in fails with 503", "status", path="/api/v1/auth/token", times=1, status=503),
    Fault("tokens expire", {}, "expire"),
    Fault("access tokens revoked", {"part": "access"}, "revoke"),
    Fault("both tokens of a user revoked", {"user": "go", "part": "both"}, "revoke"),
)
