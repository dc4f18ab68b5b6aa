"""The pictures of the sandbox in the documents: each contains a digest of its page.

When a page changes, its picture is outdated. `PEERID_RETAKE=1 Tests/Browser/run
test_pictures.py` takes both again.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import struct
import urllib.request
import zlib

import pytest

from browser import Browser
from sandbox import OPERATIONS, ROOT, TRANSFER, Sandbox

IMAGES = ROOT / "docs/images"
TOKEN = "demoAccessAliceApp4".ljust(124, "0")
CALLBACK = "/callback?code=GLCBh3kTUgEExbuKzqrLA0mu&state=demo"
_SIGNATURE = 8
_KEYWORD = b"page\0"


def digest(sandbox: Sandbox, path: str) -> bytes:
    """A digest of a page as the server sends it, without what its script adds."""
    request = urllib.request.Request(
        sandbox.url + path, headers={"Accept": "text/html"}
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        return hashlib.sha256(answer.read()).hexdigest().encode()


def stored_digest(picture: bytes) -> bytes:
    """The digest that `with_digest` wrote."""
    place = _SIGNATURE
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        content = picture[place + 8 : place + 8 + length]
        if kind == b"tEXt" and content.startswith(_KEYWORD):
            return content[len(_KEYWORD) :]
        place += length + 12
    return b""


def with_digest(picture: bytes, value: bytes) -> bytes:
    """The picture with a text after its header (IHDR has 13 bytes)."""
    content = b"tEXt" + _KEYWORD + value
    chunk = struct.pack(">I", len(content) - 4) + content
    chunk += struct.pack(">I", zlib.crc32(content))
    end = _SIGNATURE + 12 + 13
    return picture[:end] + chunk + picture[end:]


def submit(sandbox: Sandbox) -> None:
    """Send a transfer, which a fault may affect."""
    request = urllib.request.Request(
        sandbox.url + OPERATIONS,
        data=json.dumps({"operations": [TRANSFER]}).encode(),
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "ClientID": "4",
            "Content-Type": "application/json",
        },
    )
    with contextlib.suppress(OSError, http.client.HTTPException):
        urllib.request.urlopen(request, timeout=1).close()


def use(sandbox: Sandbox) -> None:
    """Create what the picture of the dashboard shows."""
    submit(sandbox)
    for kind in ("refuse_on_chain", "drop_after", "hold_in_pool"):
        sandbox.fault(kind, OPERATIONS)
        submit(sandbox)
    sandbox.wait_for(OPERATIONS, 4)
    sandbox.fault("refuse_on_chain", OPERATIONS)


@pytest.mark.parametrize(
    ("name", "path", "width", "shown"),
    [
        ("sandbox-dashboard", "/", 1240, ("#apps", "demo everything app")),
        ("sandbox-callback", CALLBACK, 800, ("#parameters", "demo")),
    ],
)
def test_a_picture_shows_the_current_page(
    browser: Browser,
    sandbox: Sandbox,
    name: str,
    path: str,
    width: int,
    shown: tuple[str, str],
) -> None:
    picture = IMAGES / f"{name}.png"
    if "PEERID_RETAKE" in os.environ:
        use(sandbox)
        browser.open(sandbox.url + path)
        browser.wait_for_text(*shown)
        picture.write_bytes(with_digest(browser.picture(width), digest(sandbox, path)))
    assert stored_digest(picture.read_bytes()) == digest(sandbox, path)


def test_an_old_picture_is_detected(sandbox: Sandbox) -> None:
    old = with_digest((IMAGES / "sandbox-callback.png").read_bytes(), b"old")
    assert stored_digest(old) == b"old" != digest(sandbox, CALLBACK)
