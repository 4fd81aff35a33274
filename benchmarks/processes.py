"""Whole processes: the seconds of `minidl run` against `import torch`, and the peak memory of a wide network."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from timing import Row, measure_pairs, process_seconds

MINIDL = Path(sys.executable).with_name("minidl")

MEMORY = """
from pathlib import Path

import torch


def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


torch.set_num_threads(1)
before = peak()
inputs, targets = torch.randn(60, 64), torch.randn(60, 2)
{train}
print(peak() - before)
"""

OURS = """
import minidl

data = minidl.Data(train=(inputs, targets), test=(inputs[:1], targets[:1]), task="regression")
minidl.fit("3*(linear:4096,relu),linear:2", data, optimizer="sgd:lr=0.001", epochs=2, metrics=())
"""

THEIRS = """
from torch import nn

sizes = [64, 4096, 4096, 4096]
hidden = [layer for ends in zip(sizes, sizes[1:]) for layer in (nn.Linear(*ends), nn.ReLU())]
model = nn.Sequential(*hidden, nn.Linear(4096, 2))
optimizer, criterion = torch.optim.SGD(model.parameters(), lr=0.001), nn.MSELoss()
for _ in range(2):
    for x, y in zip(inputs.split(10), targets.split(10)):
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
"""


def run_row(pairs: int) -> Row:
    """Return the seconds of `minidl run` and of a process that only imports torch."""
    importing = partial(process_seconds, sys.executable, "-c", "import torch")
    timed = measure_pairs(importing, partial(process_seconds, str(MINIDL), "run"), pairs)
    return Row("a whole `minidl run`, against `import torch`", 1.1, "s", timed, at_most=True)


def memory_row(pairs: int) -> Row:
    """Return the peak memory of training beyond that of `import torch`, in MiB."""
    measured = measure_pairs(partial(peak_memory, THEIRS), partial(peak_memory, OURS), pairs)
    return Row("peak memory, width 4096, batch 10", 0.6, "MiB", measured, at_most=True)


def peak_memory(train: str) -> float:
    """Return the peak memory of a process that trains, beyond that of `import torch`, in MiB."""
    program = MEMORY.format(train=train)
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)
