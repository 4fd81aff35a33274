"""Whole processes: a run of the standard test against `import torch`, and the peak memory of a wide network."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from timing import Row, in_turn

MINIDL = Path(sys.executable).with_name("minidl")

MEMORY = """
from pathlib import Path

import torch


def peak():
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


torch.set_num_threads(1)
before = peak()
inputs, targets = torch.randn(60, 64), torch.randn(60, 2)
{train}
print(peak() - before)
"""

OURS = """
import minidl_core as minidl

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
    timed = in_turn(
        lambda: seconds_of(sys.executable, "-c", "import torch"), lambda: seconds_of(str(MINIDL), "run"), pairs
    )
    return Row("a whole `minidl run`, against `import torch`", 1.3, "s", timed, at_most=True)


def memory_row(pairs: int) -> Row:
    """Return the peak memory of training, above that of `import torch`, in MiB."""
    measured = in_turn(lambda: peak_of(THEIRS), lambda: peak_of(OURS), pairs)
    return Row("peak memory, width 4096, batch 10", 0.6, "MiB", measured, at_most=True)


def seconds_of(*command: str) -> float:
    """Return the seconds that a process takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def peak_of(train: str) -> float:
    """Return the MiB that a process takes at most for training."""
    program = MEMORY.format(train=train)
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)
