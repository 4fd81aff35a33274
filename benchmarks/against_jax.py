"""Training steps, minidl against JAX: a step under `jit`, an epoch under `lax.scan`, and repeats under `vmap`.

Needs the package `jax` (the extra `benchmarks`). Both sides compute on one thread. JAX's rows are gathered within the
compiled step, as minidl's are; the time of compiling is left out on both sides.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import repeats
import steps
import torch
from timing import Row, measure_pairs

from minidl_core.threads import using_threads

LR = 0.001
EPOCHS = 20

State = Any
"""Parameters as JAX's tree, with the optimizer's state for adam."""


def rows() -> list[Row]:
    """Return the rows of the table, measured alternately."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    adam = replace(steps.STANDARD, name="the same, adam", optimizer="adam")
    cases = [(steps.STANDARD, 6.0), (adam, 4.0)]
    with using_threads(1):
        return [
            *(_step_row(case, target, scanned=True) for case, target in cases),
            *(_step_row(case, target, scanned=False) for case, target in cases),
            *(_repeats_row(count, 2) for count in (10, 100)),
        ]


def _step_row(case: steps.Case, target: float, *, scanned: bool) -> Row:
    data = steps.random_data(case)
    theirs = _scan(case, data) if scanned else _jitted(case, data)
    pairs = measure_pairs(theirs, partial(steps.minidl_step, case, data), case.pairs)
    return Row(f"{case.name}, {'`lax.scan`' if scanned else '`jit` of a step'}", target, "µs", pairs)


def _repeats_row(count: int, target: float) -> Row:
    pairs = measure_pairs(_vmapped(count), partial(repeats.minidl_seconds, count, 1), 5)
    return Row(f"{count} repeats of the standard test, `vmap` of `lax.scan`", target, "s", pairs)


def _initial(case: steps.Case, key: Any) -> State:
    import jax  # noqa: PLC0415 - only these rows need it
    import jax.numpy as jnp  # noqa: PLC0415

    sizes = [case.inputs, *[case.width] * case.depth, case.outputs]
    keys = jax.random.split(key, len(sizes) - 1)
    params = [
        (jax.random.uniform(one, (m, n), minval=-1, maxval=1) / n**0.5, jnp.zeros(m))
        for one, n, m in zip(keys, sizes, sizes[1:], strict=False)
    ]
    zeros = partial(jax.tree.map, jnp.zeros_like)
    return (params, zeros(params), zeros(params), jnp.float32(0)) if case.optimizer == "adam" else params


def _loss(params: Any, inputs: Any, targets: Any) -> Any:
    import jax  # noqa: PLC0415
    import jax.numpy as jnp  # noqa: PLC0415

    for weight, bias in params[:-1]:
        inputs = jax.nn.relu(inputs @ weight.T + bias)
    weight, bias = params[-1]
    return jnp.mean((inputs @ weight.T + bias - targets) ** 2)


def _sgd(params: State, inputs: Any, targets: Any, lr: float = LR) -> tuple[State, Any]:
    import jax  # noqa: PLC0415

    loss, grads = jax.value_and_grad(_loss)(params, inputs, targets)
    return jax.tree.map(lambda value, grad: value - lr * grad, params, grads), loss


def _adam(state: State, inputs: Any, targets: Any) -> tuple[State, Any]:
    import jax  # noqa: PLC0415
    import jax.numpy as jnp  # noqa: PLC0415

    params, first, second, count = state
    loss, grads = jax.value_and_grad(_loss)(params, inputs, targets)
    count = count + 1
    first = jax.tree.map(lambda m, grad: 0.9 * m + 0.1 * grad, first, grads)
    second = jax.tree.map(lambda v, grad: 0.999 * v + 0.001 * grad * grad, second, grads)
    bias, scale = 1 - 0.9**count, 1 - 0.999**count
    params = jax.tree.map(
        lambda value, m, v: value - LR * (m / bias) / (jnp.sqrt(v / scale) + 1e-8), params, first, second
    )
    return (params, first, second, count), loss


def _arrays(*tensors: torch.Tensor) -> list[Any]:
    import jax.numpy as jnp  # noqa: PLC0415

    return [jnp.array(tensor.numpy()) for tensor in tensors]


def _step_of(case: steps.Case) -> Callable[..., tuple[State, Any]]:
    return _adam if case.optimizer == "adam" else _sgd


def _jitted(case: steps.Case, data: Any) -> Callable[[], float]:
    """Return a function that measures the microseconds of a step under `jit`, called from Python."""
    import jax  # noqa: PLC0415

    step = jax.jit(_step_of(case), donate_argnums=0)
    batches = [_arrays(*pair) for pair in zip(*(tensor.split(case.batch_size) for tensor in data.train), strict=True)]

    def measure() -> float:
        state = _initial(case, jax.random.key(0))
        started = time.perf_counter()
        for number in range(case.torch_steps):
            state, loss = step(state, *batches[number % len(batches)])
        loss.block_until_ready()
        return 1e6 * (time.perf_counter() - started) / case.torch_steps

    return measure


def _scan(case: steps.Case, data: Any) -> Callable[[], float]:
    """Return a function that measures the microseconds of a step under `lax.scan` over all steps."""
    import jax  # noqa: PLC0415

    inputs, targets = _arrays(*data.train)
    step = _step_of(case)

    def epochs(state: State, order: Any) -> tuple[State, Any]:
        return jax.lax.scan(lambda state, rows: step(state, inputs[rows], targets[rows]), state, order)

    compiled = jax.jit(epochs, donate_argnums=0)

    def measure() -> float:
        count = case.steps * case.batch_size // len(inputs)
        order = torch.cat([torch.randperm(len(inputs)) for _ in range(count)]).view(-1, case.batch_size)
        state = _initial(case, jax.random.key(0))
        (rows,) = _arrays(order.int())
        started = time.perf_counter()
        _, losses = compiled(state, rows)
        losses.block_until_ready()
        return 1e6 * (time.perf_counter() - started) / len(order)

    return measure


def _vmapped(count: int) -> Callable[[], float]:
    """Return a function that measures the seconds of the standard test's repeats: steps, and scores of all epochs."""
    import jax  # noqa: PLC0415
    import jax.numpy as jnp  # noqa: PLC0415

    case = steps.STANDARD
    train, test = ([torch.rand(1000, 2), torch.rand(1000, 2)] for _ in range(2))
    samples, held_out = _arrays(*train), _arrays(*test)

    def scores(params: State, inputs: Any, targets: Any) -> tuple[Any, Any]:
        hidden = inputs
        for weight, bias in params[:-1]:
            hidden = jax.nn.relu(hidden @ weight.T + bias)
        weight, bias = params[-1]
        outputs = hidden @ weight.T + bias
        return jnp.mean((outputs - targets) ** 2), jnp.mean(outputs.argmax(1) == targets.argmax(1))

    def epoch(params: State, order: Any) -> tuple[State, Any]:
        inputs, targets = samples
        params, _ = jax.lax.scan(lambda one, rows: _sgd(one, inputs[rows], targets[rows], 0.01), params, order)
        return params, (scores(params, *samples), scores(params, *held_out))

    compiled = jax.jit(jax.vmap(lambda params, orders: jax.lax.scan(epoch, params, orders)))
    initial = jax.jit(jax.vmap(partial(_initial, case)))

    def measure() -> float:
        started = time.perf_counter()
        shape = (count, EPOCHS, len(train[0]) // case.batch_size, case.batch_size)
        orders = torch.stack([torch.randperm(len(train[0])) for _ in range(count * EPOCHS)]).view(shape)
        (rows,) = _arrays(orders.int())
        _, found = compiled(initial(jax.random.split(jax.random.key(0), count)), rows)
        jax.block_until_ready(found)
        return time.perf_counter() - started

    return measure
