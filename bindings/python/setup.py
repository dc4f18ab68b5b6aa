"""Sets the tag of the wheel: because of the library, it is for one platform."""

from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel

_CARRIES_LIBRARY = any(Path(__file__).parent.glob("peerid/_lib/libpeerid.so.*"))


class PlatformDistribution(Distribution):
    """A distribution that is not pure Python, although setuptools compiles nothing."""

    def has_ext_modules(self) -> bool:
        """Return whether the wheel depends on the platform."""
        return _CARRIES_LIBRARY


class PlatformWheel(bdist_wheel):
    """A wheel for any Python 3, because ctypes does not depend on the version."""

    def get_tag(self) -> tuple[str, str, str]:
        """Return the tag of the wheel."""
        platform = super().get_tag()[2] if _CARRIES_LIBRARY else "any"
        return "py3", "none", platform


setup(distclass=PlatformDistribution, cmdclass={"bdist_wheel": PlatformWheel})
