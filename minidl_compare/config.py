"""The configuration of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_core import ConfigError, RunConfig


@dataclass(frozen=True)
class CompareConfig(RunConfig):
    """What both sides are to train; the defaults are the report's standard test, ten times, on one thread.

    Args:
        repeats: pairs of trainings, each with a seed of its own, at least 1.
        threads: processor threads of both sides.
        without: the fast ways that minidl's side is not to take; stacking it never does.

    Raises:
        ConfigError: as `RunConfig`, or where an entry has no meaning for a comparison.
    """

    repeats: int = 10
    threads: int | None = 1

    def __post_init__(self) -> None:
        """Check every entry."""
        check_comparable(self)
        super().__post_init__()


def check_comparable(config: RunConfig) -> None:
    """Check that a configuration says nothing that a comparison cannot do.

    Raises:
        ConfigError: it does.
    """
    for name, expected in (("device", "cpu"), ("save", None)):
        if getattr(config, name) != expected:
            raise ConfigError(f"a comparison has no {name}: leave it out, for it trains on the CPU and saves nothing")
