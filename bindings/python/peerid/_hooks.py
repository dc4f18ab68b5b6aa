"""The application's functions that a client calls: log, interrupt, relogin."""

from __future__ import annotations

import itertools
import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from . import _prototypes
from ._call import SignalSafe, check, keep_for_the_call, on_interrupt
from ._callback import (
    as_text,
    check_not_async,
    describe,
    keep_forever,
    log_exception,
    logger,
)
from ._host import check_logger, green_threads
from ._library import library
from ._text import encode
from .credentials import Credentials

LogFunction = Callable[[int, str], object]
"""Receives an event: a level of the module `logging`, and one line without secrets."""
if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[Any]
else:
    _Adapter = logging.LoggerAdapter
Log = Union[logging.Logger, _Adapter, LogFunction]
"""Receives events."""
Relogin = Callable[[Optional[str]], Optional[Credentials]]
"""Returns the credentials to log in again with; receives the session's key or None."""

_LOGGERS = (logging.Logger, logging.LoggerAdapter)
_LEVELS = {
    _prototypes.LOG_LEVEL_DEBUG: logging.DEBUG,
    _prototypes.LOG_LEVEL_INFO: logging.INFO,
    _prototypes.LOG_LEVEL_WARNING: logging.WARNING,
    _prototypes.LOG_LEVEL_ERROR: logging.ERROR,
}


class Hooks:
    """The callbacks of one client. The client and its sessions keep them alive.

    The library receives a number instead of their address, because a refresh may
    outlive its client. Then the number is no longer registered, and nothing is called.
    """

    __slots__ = ("__weakref__", "_log", "_number", "_relogin")

    def __init__(self, log: Log | None, relogin: Relogin | None) -> None:
        """Register the functions of a client.

        Without a `log`, events go to the logger `peerid`. They are dropped if gevent or
        eventlet has replaced the locks of `logging`: threads of the library cannot
        use the replacements.
        """
        if isinstance(log, _LOGGERS):
            check_logger(log)
        log = logger if log is None else log
        if not (callable(log) or isinstance(log, _LOGGERS)):
            raise TypeError(
                "log must be a logging.Logger, a logging.LoggerAdapter or a function, "
                f"not {type(log).__name__}"
            )
        check_not_async("log", log)
        check_not_async("relogin", relogin)
        self._log = log
        self._relogin = relogin
        self._number = next(_numbers)
        _hooks[self._number] = self

    def attach(self, config: Any, *, hears_signals: bool) -> None:
        """Set the callbacks of a configuration."""
        number = self._number
        if hears_signals:
            check(
                library.peerid_config_set_interrupt_handler(
                    config, on_interrupt, None, _no_release
                )
            )
        check(
            library.peerid_config_set_log_handler(config, _on_log, number, _no_release)
        )
        if self._relogin is not None:
            check(
                library.peerid_config_set_relogin_handler(
                    config, _on_relogin, number, _no_release
                )
            )

    def log(self, level: int, message: str) -> None:
        """Pass an event to the log."""
        if not isinstance(self._log, _LOGGERS):
            self._log(level, message)
        # The locks may be replaced long after the client was made: gunicorn replaces
        # them in its workers, with --preload after the program has made its clients.
        elif green_threads() is None:
            self._log.log(level, "%s", message)

    def relogin(self, key: str | None) -> Credentials | None:
        """Ask for credentials."""
        return None if self._relogin is None else self._relogin(key)


_numbers = itertools.count(1)
_hooks: weakref.WeakValueDictionary[int, Hooks] = weakref.WeakValueDictionary()


def _log(context: Any, level: int, message: Any) -> None:
    hooks = _hooks.get(context)
    if hooks is not None:
        _log_event(hooks, _LEVELS.get(level, logging.ERROR), as_text(message))


def _log_event(hooks: Hooks, level: int, message: str) -> None:
    try:
        hooks.log(level, message)
    except Exception as exception:
        log_exception("the log function failed", exception)
    except BaseException as exception:
        if threading.current_thread() is threading.main_thread():
            keep_for_the_call(exception)
        else:
            log_exception("the log function failed", exception)


def _relogin(context: Any, key: Any, credentials: Any) -> int:
    hooks = _hooks.get(context)
    if hooks is None:
        return 1
    try:
        answer = hooks.relogin(None if key is None else as_text(key))
        if answer is None:
            return 1
        failure = library.peerid_credentials_set(
            credentials,
            encode(answer.login, "login"),
            encode(answer.password, "password"),
            encode(answer.mobile, "mobile"),
        )
        check(failure)
    except BaseException as exception:
        text = f"the relogin function failed: {describe(exception)}"
        _log_event(hooks, logging.ERROR, text)
        return 1
    return 0


# The library also logs on the thread of a call, which may be the main thread.
_on_log = keep_forever(_prototypes.LogHandler(SignalSafe(_log)))
# The library calls this on its own threads, on which Python runs no signal handlers.
_on_relogin = keep_forever(_prototypes.ReloginHandler(_relogin))
# The library holds only numbers, so there is nothing to release.
_no_release = _prototypes.ReleaseCallback()
