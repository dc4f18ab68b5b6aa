"""Finds the system's certificates for a library that was built on another system.

The library in a wheel was built on Debian and looks for the certificates where Debian
keeps them. On other systems they are elsewhere, and Python knows the place.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from ._library import path

_DEBIAN = Path("/etc/ssl/certs/ca-certificates.crt")
_OTHERS = (
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
_is_own_copy = Path(path).parent == Path(__file__).with_name("_lib")


def ca_file() -> str | None:
    """Return the file of the system's certificates if the library would not find it."""
    if not _is_own_copy or _DEBIAN.exists():
        return None
    known = ssl.get_default_verify_paths().cafile
    found = ([Path(known)] if known else []) + list(_OTHERS)
    return next((str(file) for file in found if file.exists()), None)
