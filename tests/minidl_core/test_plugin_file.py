"""A file that the user names is run, and its parts are registered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import minidl_core as minidl
from minidl_core.registry import Registry, default_registry, use_registry

Write = Callable[..., Path]

SWISH = """
    import torch
    import minidl_core as minidl

    class Swish(minidl.Module):
        def forward(self, x):
            self.x, self.sigmoid = x, torch.sigmoid(x)
            return x * self.sigmoid

        def backward(self, grad_output):
            return grad_output * (self.sigmoid + self.x * self.sigmoid * (1 - self.sigmoid))
"""


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Return a function that writes a plugin file; the registry is the test's own, and its modules are forgotten."""
    kept = default_registry()
    use_registry(Registry())

    def write(source: str, name: str = "my_layers.py") -> Path:
        path = tmp_path / name
        path.write_text(dedent(source))
        return path

    yield write
    use_registry(kept)
    for name in [name for name in sys.modules if name.startswith("minidl_file_")]:
        del sys.modules[name]


def local() -> set[tuple[str, str]]:
    return {(entry.kind, entry.name) for entry in default_registry().entries() if entry.distribution == "local"}


def test_public_classes_of_the_file_are_registered(write: Write) -> None:
    source = (
        SWISH
        + """
    from minidl_core.interfaces.loss import Loss
    from minidl_layers.relu import ReLU

    class BatchLoss(minidl.Loss): ...
    class _Hidden(minidl.Module): ...
    class Plain: ...
    """
    )
    minidl.load_file(write(source))
    assert local() == {("layer", "swish"), ("loss", "batch_loss")}


def test_a_layer_of_a_file_trains_and_its_file_is_named_in_a_configuration(write: Write) -> None:
    path = write(SWISH)
    config = minidl.RunConfig(layers="linear:4,swish,linear:2", epochs=1, plugin=(str(path),))
    result = minidl.run(config)
    assert [layer.label() for layer in result.repeats[0].model] == ["linear", "swish", "linear"]
    assert result.to_json()["config"]["plugin"] == [str(path)]


def test_a_file_may_register_its_classes_under_other_names(write: Write) -> None:
    minidl.load_file(write(SWISH.replace("class Swish", '@minidl.register("silu")\n    class Swish')))
    assert local() == {("layer", "silu")}


def test_hooks_of_a_file_are_functions_or_classes_with_marked_methods(write: Write) -> None:
    path = write(
        """
        import minidl_core as minidl
        seen = []

        @minidl.hookimpl
        def minidl_run_started(run):
            seen.append("function")

        class Watch:
            @minidl.hookimpl
            def minidl_run_ended(self, run):
                seen.append("method")
        """
    )
    minidl.run(minidl.RunConfig(epochs=1, plugin=(str(path),)))
    (module,) = [module for name, module in sys.modules.items() if name.startswith("minidl_file_")]
    assert module.seen == ["function", "method"]


def test_a_file_runs_again_only_after_a_change(write: Write) -> None:
    path = write(SWISH)
    minidl.load_file(path)
    first = default_registry().load("layer", "swish")
    minidl.load_file(path)
    assert default_registry().load("layer", "swish") is first
    minidl.load_file(write(SWISH + "\n    CHANGED = True\n"))
    assert default_registry().load("layer", "swish") is not first
    assert local() == {("layer", "swish")}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("\n1 / 0\n", r"plugin file .*my_layers\.py failed in line 2: ZeroDivisionError: division by zero"),
        ("def f():\n    raise ValueError('no')\nf()\n", "failed in line 2: ValueError: no"),
        ("class (:\n", r"failed: SyntaxError: invalid syntax \(my_layers\.py, line 1\)"),
        ("import nowhere_at_all\n", "failed in line 1: ModuleNotFoundError"),
        ("import sys; sys.exit(3)\n", "failed in line 1: SystemExit: 3"),
        ("raise KeyboardInterrupt\n", "failed in line 1: KeyboardInterrupt"),
    ],
)
def test_a_failing_file_is_an_error_with_the_line(write: Write, source: str, message: str) -> None:
    path = write(source)
    for _ in range(2):
        with pytest.raises(minidl.PluginError, match=message):
            minidl.load_file(path)
    assert local() == set()


def test_a_file_without_parts_is_an_error(write: Write) -> None:
    with pytest.raises(minidl.InputError, match=r"my_layers\.py defines no part: write a class that derives from"):
        minidl.load_file(write("X = 3\n"))


@pytest.mark.parametrize("name", ["nowhere.py", ".", "my_layers.txt"])
def test_a_path_that_is_not_a_python_file_is_an_error(write: Write, tmp_path: Path, name: str) -> None:
    write(SWISH, "my_layers.txt")
    with pytest.raises(minidl.InputError, match="there is no plugin file .*give the path of a Python file"):
        minidl.load_file(tmp_path / name)


def test_only_files_that_the_user_names_run(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write("raise SystemError('run')\n", "swish.py").parent)
    with pytest.raises(minidl.UnknownNameError):
        minidl.sequential("swish")


def test_a_network_with_a_layer_of_a_file_needs_that_file(write: Write, tmp_path: Path) -> None:
    path = write(SWISH)
    result = minidl.run(minidl.RunConfig(layers="swish,linear:2", epochs=1, plugin=(str(path),)))
    minidl.save(result.repeats[0].model, tmp_path / "model.safetensors")
    use_registry(Registry())
    with pytest.raises(minidl.UnknownNameError, match="'swish' belongs to no installed distribution: load the file"):
        minidl.load(tmp_path / "model.safetensors")


def test_two_files_with_a_layer_of_one_name_are_a_conflict(write: Write) -> None:
    minidl.load_file(write(SWISH))
    with pytest.raises(minidl.ConflictError, match=r"the layer 'swish' is already registered as minidl_file_my_layers"):
        minidl.load_file(write(SWISH, "others.py"))


def test_networks_of_a_file_that_is_loaded_again_can_still_be_saved(write: Write, tmp_path: Path) -> None:
    config = minidl.RunConfig(layers="swish,linear:2", epochs=1, plugin=(str(write(SWISH)),))
    first = minidl.run(config).repeats[0].model
    minidl.run(config)
    minidl.save(first, tmp_path / "model.safetensors")
    assert len(minidl.load(tmp_path / "model.safetensors")) == 2


def test_a_change_within_a_second_is_seen_and_removed_parts_are_unregistered(write: Write) -> None:
    source = "import minidl_core as minidl\nclass {name}(minidl.Module): ...\n"
    minidl.load_file(write(source.format(name="Alpha")))
    minidl.load_file(write(source.format(name="Gamma")))
    assert local() == {("layer", "gamma")}


def test_output_of_a_file_goes_to_stderr(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    minidl.load_file(write("print('hello')\n" + dedent(SWISH)))
    assert capsys.readouterr() == ("", "hello\n")


def test_classes_without_an_interface_are_listed(write: Write) -> None:
    with pytest.raises(
        minidl.InputError, match=r"defines no part \(Square, Plain derive from none of minidl's interfaces"
    ):
        minidl.load_file(write("class Square: ...\nclass Plain: ...\n"))


def test_a_failing_file_leaves_no_module_behind(write: Write) -> None:
    with pytest.raises(minidl.PluginError):
        minidl.load_file(write("1 / 0\n"))
    assert not [name for name in sys.modules if name.startswith("minidl_file_")]


def test_a_network_with_a_layer_that_shares_its_name_with_minidls_is_saved_and_loaded(
    write: Write, tmp_path: Path
) -> None:
    path = write(SWISH.replace("class Swish", "class ReLU"))
    result = minidl.run(minidl.RunConfig(layers="local/relu,linear:2", epochs=1, plugin=(str(path),)))
    minidl.save(result.repeats[0].model, tmp_path / "model.safetensors")
    assert type(minidl.load(tmp_path / "model.safetensors")[0]).__module__.startswith("minidl_file_")
