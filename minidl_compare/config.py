"""The configuration of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_core import ConfigError, RunConfig


@dataclass(frozen=True)
class CompareConfig(RunConfig):
    """The training that both sides do; the defaults are the standard test, ten times, on one thread.

    Args:
        repeats: the number of pairs of trainings, at least 1; each pair has its own seed.
        threads: the number of processor threads of both sides.

    Raises:
        ConfigError: an entry is invalid, as for `RunConfig`, or has no meaning for a comparison.
    """

    repeats: int = 10
    threads: int | None = 1

    def __post_init__(self) -> None:
        """Check every entry."""
        check_comparable(self)
        super().__post_init__()


def check_comparable(config: RunConfig) -> None:
    """Check that a configuration has no entry that a comparison does not support.

    Raises:
        ConfigError: it has one.
    """
    for name, expected in (("device", "cpu"), ("save", None)):
        if getattr(config, name) != expected:
            raise ConfigError(f"a comparison has no {name}: leave it out; it trains on the CPU and saves nothing")
