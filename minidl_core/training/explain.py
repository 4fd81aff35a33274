"""Explains how the steps of a configuration are taken."""

from __future__ import annotations

from dataclasses import replace

from minidl_core.assembly import make_dataset
from minidl_core.plugin_file import load_file
from minidl_core.run_config import RunConfig
from minidl_core.training.engine_choice import PYTHON
from minidl_core.training.repeats import Repeats
from minidl_core.training.step_explanation import StepExplanation


def explain(config: RunConfig | None = None, *, engine: str = PYTHON) -> StepExplanation:
    """Return how an engine takes a step of a configuration; the data are loaded, but nothing is trained.

    Args:
        config: the configuration, whose own engine does not matter; the default is the report's standard test.
        engine: the engine; `python` shows the formulas of the parts, `native` the operations it compiles.

    Raises:
        InputError: an entry of the configuration cannot be used, or the engine cannot work on this machine.
        PluginError: a part failed.

    Example:
        Print the formulas of a network with one hidden layer:

            print(explain(RunConfig(layers="linear:25,relu,linear:2")).text)
    """
    config = replace(RunConfig() if config is None else config, engine=engine, repeats=1, save=None)
    for path in config.plugin:
        load_file(path)
    _, chosen, (run,) = Repeats([(config, make_dataset(config.data))], progress=False).next()
    return chosen.explain(run)
