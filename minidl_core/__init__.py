"""minidl: a mini deep-learning framework made of plugins, with hand-written forward and backward passes.

    import minidl_core as minidl

    result = minidl.fit("3*(linear:25,relu),linear:2", "disk", epochs=20)
    minidl.save(result.model, "model.safetensors")

The public names are loaded when first used, so that importing this package is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minidl_core.assembly import component_spec as component_spec
    from minidl_core.assembly import sequential as sequential
    from minidl_core.assembly import spec_of as spec_of
    from minidl_core.config import RunConfig as RunConfig
    from minidl_core.errors import BlockedError as BlockedError
    from minidl_core.errors import ConfigError as ConfigError
    from minidl_core.errors import ConflictError as ConflictError
    from minidl_core.errors import DataError as DataError
    from minidl_core.errors import DataWarning as DataWarning
    from minidl_core.errors import DivergenceError as DivergenceError
    from minidl_core.errors import HookError as HookError
    from minidl_core.errors import InputError as InputError
    from minidl_core.errors import MinidlError as MinidlError
    from minidl_core.errors import OrderError as OrderError
    from minidl_core.errors import PluginError as PluginError
    from minidl_core.errors import PluginWarning as PluginWarning
    from minidl_core.errors import RunError as RunError
    from minidl_core.errors import RunWarning as RunWarning
    from minidl_core.errors import SavedModelError as SavedModelError
    from minidl_core.errors import ScaffoldError as ScaffoldError
    from minidl_core.errors import SettingError as SettingError
    from minidl_core.errors import ShapeError as ShapeError
    from minidl_core.errors import SpecError as SpecError
    from minidl_core.errors import TrainingInterrupted as TrainingInterrupted
    from minidl_core.errors import UnknownNameError as UnknownNameError
    from minidl_core.hooks import hookimpl as hookimpl
    from minidl_core.interfaces.component import Component as Component
    from minidl_core.interfaces.dataset import Data as Data
    from minidl_core.interfaces.dataset import Dataset as Dataset
    from minidl_core.interfaces.dataset import Samples as Samples
    from minidl_core.interfaces.dataset import Scale as Scale
    from minidl_core.interfaces.dataset import Task as Task
    from minidl_core.interfaces.description import ColumnDescription as ColumnDescription
    from minidl_core.interfaces.description import DataDescription as DataDescription
    from minidl_core.interfaces.description import TargetDescription as TargetDescription
    from minidl_core.interfaces.description import describe_data as describe_data
    from minidl_core.interfaces.loss import Loss as Loss
    from minidl_core.interfaces.metric import Metric as Metric
    from minidl_core.interfaces.module import Module as Module
    from minidl_core.interfaces.notice import Notice as Notice
    from minidl_core.interfaces.optimizer import Optimizer as Optimizer
    from minidl_core.interfaces.parameter import Buffer as Buffer
    from minidl_core.interfaces.parameter import Parameter as Parameter
    from minidl_core.interfaces.preprocessing import Preprocessing as Preprocessing
    from minidl_core.interfaces.scalar import scalar as scalar
    from minidl_core.interfaces.sequential import Sequential as Sequential
    from minidl_core.plugin_file import load_file as load_file
    from minidl_core.registry import Policy as Policy
    from minidl_core.registry import Registry as Registry
    from minidl_core.registry import default_registry as default_registry
    from minidl_core.registry import register as register
    from minidl_core.saving import load as load
    from minidl_core.saving import save as save
    from minidl_core.seeds import derive as derive
    from minidl_core.seeds import generator as generator
    from minidl_core.shapes import Shape as Shape
    from minidl_core.shapes import feature_count as feature_count
    from minidl_core.spec import parse_component as parse_component
    from minidl_core.spec import parse_pipeline as parse_pipeline
    from minidl_core.suggest import did_you_mean as did_you_mean
    from minidl_core.testing.by_kind import check_command as check_command
    from minidl_core.testing.by_kind import check_dataset as check_dataset
    from minidl_core.testing.by_kind import check_hook as check_hook
    from minidl_core.testing.by_kind import check_layer as check_layer
    from minidl_core.testing.by_kind import check_loss as check_loss
    from minidl_core.testing.by_kind import check_metric as check_metric
    from minidl_core.testing.by_kind import check_optimizer as check_optimizer
    from minidl_core.training.batches import Batches as Batches
    from minidl_core.training.evaluation import evaluate as evaluate
    from minidl_core.training.evaluation import predict as predict
    from minidl_core.training.fitting import fit as fit
    from minidl_core.training.result import Epoch as Epoch
    from minidl_core.training.result import FitResult as FitResult
    from minidl_core.training.result import RunResult as RunResult
    from minidl_core.training.result import Seconds as Seconds
    from minidl_core.training.running import run as run
    from minidl_core.training.running import run_all as run_all
    from minidl_core.training.state import Run as Run

_HOMES = {
    "assembly": ("component_spec", "sequential", "spec_of"),
    "interfaces.component": ("Component",),
    "config": ("RunConfig",),
    "interfaces.dataset": ("Data", "Dataset", "Samples", "Scale", "Task"),
    "interfaces.description": ("ColumnDescription", "DataDescription", "TargetDescription", "describe_data"),
    "errors": (
        "BlockedError",
        "ConfigError",
        "ConflictError",
        "DataError",
        "DataWarning",
        "DivergenceError",
        "HookError",
        "InputError",
        "MinidlError",
        "OrderError",
        "PluginError",
        "PluginWarning",
        "RunError",
        "RunWarning",
        "SavedModelError",
        "ScaffoldError",
        "SettingError",
        "ShapeError",
        "SpecError",
        "TrainingInterrupted",
        "UnknownNameError",
    ),
    "hooks": ("hookimpl",),
    "interfaces.loss": ("Loss",),
    "interfaces.metric": ("Metric",),
    "interfaces.module": ("Module",),
    "interfaces.notice": ("Notice",),
    "interfaces.optimizer": ("Optimizer",),
    "interfaces.parameter": ("Buffer", "Parameter"),
    "interfaces.preprocessing": ("Preprocessing",),
    "plugin_file": ("load_file",),
    "registry": ("Policy", "Registry", "default_registry", "register"),
    "saving": ("load", "save"),
    "seeds": ("derive", "generator"),
    "interfaces.scalar": ("scalar",),
    "interfaces.sequential": ("Sequential",),
    "shapes": ("Shape", "feature_count"),
    "spec": ("parse_component", "parse_pipeline"),
    "suggest": ("did_you_mean",),
    "testing.by_kind": (
        "check_command",
        "check_dataset",
        "check_hook",
        "check_layer",
        "check_loss",
        "check_metric",
        "check_optimizer",
    ),
    "training.batches": ("Batches",),
    "training.evaluation": ("evaluate", "predict"),
    "training.fitting": ("fit",),
    "training.result": ("Epoch", "FitResult", "RunResult", "Seconds"),
    "training.running": ("run", "run_all"),
    "training.state": ("Run",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME_OF, "__version__"])  # noqa: PLE0605 - a list, and checked against the imports above by a test


def __getattr__(name: str) -> object:
    """Load a public name when it is first used (PEP 562)."""
    if name == "__version__":
        return import_module("minidl_core.version").own_version()
    if name not in _HOME_OF:
        raise AttributeError(f"module 'minidl_core' has no attribute '{name}'")
    value = getattr(import_module(f"minidl_core.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
