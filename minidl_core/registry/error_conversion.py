"""Errors of code that is not minidl's, raised again as minidl's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from minidl_core.errors import MinidlError
from minidl_core.registry.interrupt import InterruptWatch


@contextmanager
def converting_errors(
    convert: Callable[[BaseException], MinidlError | None],
    passing: tuple[type[BaseException], ...] = (MinidlError,),
) -> Iterator[None]:
    """Raise the error that `convert` returns for whatever is raised inside, such as an exit of the program.

    Ctrl-C and signals that end the program pass unchanged.

    Args:
        convert: returns the error to raise, or None to let the original pass.
        passing: errors that pass unchanged.
    """
    with InterruptWatch() as watch:
        try:
            yield
        except passing:
            raise
        except BaseException as error:
            converted = None if watch.is_requested(error) else convert(error)
            if converted is None:
                raise
            raise converted from error
