"""A device is used only where torch can compute there."""

from __future__ import annotations

import pytest
import torch

from minidl_core.assembly import open_device
from minidl_core.errors import InputError

KNOWN_TO_TORCH = [
    "cuda",
    "ipu",
    "xpu",
    "mkldnn",
    "opengl",
    "opencl",
    "ideep",
    "hip",
    "ve",
    "fpga",
    "maia",
    "xla",
    "lazy",
    "vulkan",
    "mps",
    "meta",
    "hpu",
    "mtia",
    "privateuseone",
]


@pytest.mark.parametrize("kind", KNOWN_TO_TORCH)
@pytest.mark.parametrize("number", ["", ":0", ":99"])
def test_a_device_works_or_is_refused_in_words(kind: str, number: str) -> None:
    try:
        device = open_device(kind + number)
    except InputError as error:
        message = str(error)
        assert message.startswith(f"device '{kind}{number}' cannot be used here")
        assert message.endswith("write device=cpu")
        assert not any(word in message for word in ("aten", "ASSERT", "module", "Tensor"))
    else:
        assert torch.ones(2, device=device).sum().item() == 2


@pytest.mark.parametrize("name", ["", "cpu:99", "cpu:-1", "cpu:0:0", "cpu ", "5", "a" * 300, "cp\0u"])
def test_what_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be used here"):
        open_device(name)


def test_an_unknown_device_is_not_answered_with_a_list_of_devices() -> None:
    with pytest.raises(InputError, match=r"'gpu' cannot be used here \(torch knows no device of this name\)"):
        open_device("gpu")


def test_the_processor_is_a_device() -> None:
    assert open_device("cpu", torch.float64) == torch.device("cpu")
