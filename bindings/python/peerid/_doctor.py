"""The checks of `python -m peerid doctor`: what a program needs to reach a server."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable
from typing import Any

from . import __version__, _trust, library_version
from ._library import path
from .client import Client
from .errors import Code, PeerIDError

_PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY")
_NO_PROXY = ("no_proxy", "NO_PROXY")
_ANSWERS = {Code.REJECTED, Code.SERVER, Code.RATE_LIMITED, Code.CHAIN_REJECTED}
_CERTIFICATES = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def report(
    base_url: str | None, client_id: str, assignments: Iterable[str]
) -> dict[str, Any]:
    """Run all checks; a server is contacted only if one is named."""
    options = dict(assignment.partition("=")[::2] for assignment in assignments)
    return {
        "package": f"{__version__} ({os.path.dirname(__file__)})",
        "library": f"{library_version()} ({path})",
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": f"{platform.platform()}, {' '.join(platform.libc_ver())}".strip(),
        "certificates": certificates(options.get("ca_file")),
        "proxy": proxies(options.get("proxy")),
        "server": server(
            base_url or os.environ.get("PEERID_BASE_URL"), client_id, options
        ),
    }


def certificates(option: str | None) -> dict[str, Any]:
    """Report which certificates are trusted."""
    found: dict[str, Any] = {"trusted": "the system's, where libcurl looks for them"}
    own = option or _trust.ca_file()
    if own:
        found["and"] = own if os.path.exists(own) else f"{own}, which does not exist"
    for name in _CERTIFICATES:
        value = os.environ.get(name)
        if value:
            missing = "" if os.path.exists(value) else ", which does not exist"
            found[name] = value + missing
    return found


def proxies(option: str | None) -> dict[str, str]:
    """Report which proxy is used; a password in its URL is left out."""
    if option:
        return {"option": _without_password(option)}
    return {
        name: _without_password(os.environ[name])
        for name in (*_PROXIES, *_NO_PROXY)
        if os.environ.get(name)
    }


def _without_password(address: str) -> str:
    head, at, host = address.rpartition("@")
    scheme = head[: head.find("//") + 2] if "//" in head else ""
    return f"{scheme}…@{host}" if at else address


def server(
    base_url: str | None, client_id: str, options: dict[str, Any]
) -> dict[str, Any]:
    """Send a request that needs neither a user nor a secret."""
    if not base_url:
        return {"asked": "none; name one with --base-url or PEERID_BASE_URL"}
    found: dict[str, Any] = {"asked": _without_password(base_url)}
    start = time.monotonic()
    try:
        with Client(base_url, client_id=client_id, **options) as client:
            found["chain"] = client.read_chain("database", "get_chain_id")
            found["answers"] = True
    except PeerIDError as error:
        # A refusal by PeerID shows that the server answers; one by a proxy does not.
        found["answers"] = error.code in _ANSWERS
        found["error"] = str(error)
    found["milliseconds"] = round((time.monotonic() - start) * 1000)
    return found


def text(value: object) -> str:
    """Format a part of the report for people."""
    if not isinstance(value, dict):
        return str(value)
    parts = (
        f"{key} {('no', 'yes')[item] if isinstance(item, bool) else item}"
        for key, item in value.items()
    )
    return "; ".join(parts) or "none"
