from __future__ import annotations

import re

import mpmath
import numpy as np
import pytest
import torch

from minidl_native.codegen.mathematics import define, name
from minidl_native.codegen.mathematics.functions import FUNCTIONS
from minidl_native.codegen.target import Target
from minidl_native.compiling.llvm import llvm_binding, new_context
from minidl_native.compiling.processor import host_target
from minidl_native.compiling.target_machine import target_machine
from tests.support.vector_functions import narrower, vector_function

DTYPES = {"f32": np.float32, "f64": np.float64}
BOTH = [(function, dtype) for function in FUNCTIONS for dtype in DTYPES]

RANGES = {
    "exp": (-104, 89, -746, 710),
    "expm1": (-20, 89, -40, 710),
    "log": (1e-9, 100, 1e-9, 100),
    "log1p": (-1, 3, -1, 3),
    "tanh": (-10, 10, -20, 20),
    "sigmoid": (-104, 30, -746, 40),
    "erf": (-4, 4, -6, 6),
    "sin": (-100, 100, -100, 100),
    "cos": (-100, 100, -100, 100),
}
"""For float and double: where the function is neither constant nor infinite."""

LARGEST_ERRORS = {
    "exp": 1.05,
    "expm1": 1.5,
    "log": 0.8,
    "log1p": 1.45,
    "tanh": 2.3,
    "sigmoid": 2.3,
    "erf": 1.8,
    "sin": 1.6,
    "cos": 1.6,
}
"""In units in the last place: slightly more than the largest of 80,000 random numbers."""

SHARED_EDGES = [
    0.0,
    1.0,
    1e-30,
    0.5,
    2.0,
    9.0,
    20.0,
    88.7,
    88.73,
    89.5,
    103.9,
    104.5,
    709.7,
    709.79,
    745.0,
    746.5,
    np.inf,
]
EXPONENTS = [3.0, 1 / 3, 2.0**24 + 1, 2.0**53 + 2, 1e10]


def exactly(function: str, *arguments: float) -> mpmath.mpf:
    with mpmath.workprec(120):
        numbers = [mpmath.mpf(float(each)) for each in arguments]
        if function == "sigmoid":
            return 1 / (1 + mpmath.exp(-numbers[0]))
        return mpmath.power(*numbers) if function == "pow" else getattr(mpmath, function)(*numbers)


def error_in_ulps(function: str, result: np.floating, *arguments: float) -> float:
    """Return the error in units in the last place of the exact value; those of subnormal numbers are all the same."""
    exact = exactly(function, *arguments)
    with mpmath.workprec(120):
        rounded = type(result)(float(exact))
        return float(abs(mpmath.mpf(float(result)) - exact) / mpmath.mpf(float(np.spacing(abs(rounded)))))


def edges(dtype: str) -> np.ndarray:
    """Return numbers at the edges of the type and of functions, of both signs."""
    limits = np.finfo(DTYPES[dtype])
    smallest = float(limits.smallest_subnormal)
    numbers = [*SHARED_EDGES, float(limits.tiny), smallest, 12345 * smallest, float(limits.max)]
    with np.errstate(over="ignore"):
        return np.array([*numbers, *[-each for each in numbers], np.nan], DTYPES[dtype])


def agree(result: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return where results have the sign of the expected ones, and their value within two units in the last place."""
    with np.errstate(all="ignore"):
        near = abs(result - expected) <= 2 * np.spacing(np.maximum(abs(expected), np.finfo(expected.dtype).tiny))
    same = (result == expected) | near
    return (same & (np.signbit(result) == np.signbit(expected))) | (np.isnan(result) & np.isnan(expected))


def in_double(function: str, *arguments: np.ndarray) -> np.ndarray:
    """Return PyTorch's results for double numbers, rounded to the type of the arguments."""
    found = getattr(torch, function)(*[torch.tensor(each, dtype=torch.float64) for each in arguments])
    return found.to(torch.float32 if arguments[0].dtype == np.float32 else torch.float64).numpy()


@pytest.mark.parametrize(("function", "dtype"), BOTH)
def test_functions_are_accurate_to_one_or_two_units_in_the_last_place(function, dtype) -> None:
    low, high = RANGES[function][:2] if dtype == "f32" else RANGES[function][2:]
    random, limit = np.random.default_rng(0), np.log10(np.finfo(DTYPES[dtype]).max)
    signs = random.choice([1] if function == "log" else [-1, 1], 300)
    parts = [random.uniform(low, high, 300), random.uniform(0.5, 0.99, 300) * signs]
    x = np.concatenate([*parts, 10 ** random.uniform(-limit, 0, 300) * signs]).astype(DTYPES[dtype])
    errors = [error_in_ulps(function, *pair) for pair in zip(vector_function(function, dtype)(x), x, strict=True)]
    assert max(errors) < LARGEST_ERRORS[function]


@pytest.mark.parametrize("dtype", DTYPES)
def test_powers_are_accurate_up_to_the_largest_and_the_smallest(dtype) -> None:
    random, limit = np.random.default_rng(0), np.log10(np.finfo(DTYPES[dtype]).max)
    digits = random.uniform(-limit, limit, 300)
    x = np.concatenate([10 ** random.uniform(-3, 3, 300), 10**digits, random.uniform(0.72, 1.41, 300)])
    wide = random.uniform(-1, 1, 600) * limit / abs(np.log10(x[300:]))
    arguments = [each.astype(DTYPES[dtype]) for each in (x, np.concatenate([random.uniform(-12, 12, 300), wide]))]
    triples = zip(vector_function("pow", dtype)(*arguments), *arguments, strict=True)
    assert max(error_in_ulps("pow", *triple) for triple in triples) < 1.2


@pytest.mark.parametrize(("function", "dtype"), [pair for pair in BOTH if pair[0] in {"sin", "cos"}])
def test_sines_of_large_numbers_and_near_their_zeros_are_accurate(function, dtype) -> None:
    random = np.random.default_rng(0)
    zeros = np.round(10 ** random.uniform(0, 12, 300)) * np.pi / 2
    x = np.concatenate([random.uniform(-(2**49), 2**49, 300), zeros]).astype(DTYPES[dtype])
    errors = [error_in_ulps(function, *pair) for pair in zip(vector_function(function, dtype)(x), x, strict=True)]
    assert max(errors) < LARGEST_ERRORS[function]


@pytest.mark.parametrize(("function", "dtype"), BOTH)
def test_functions_are_right_at_the_edges(function, dtype) -> None:
    x = edges(dtype)
    if function in {"sin", "cos"}:
        x = x[~(abs(x) >= 2.0**50) | np.isinf(x)]
    result, expected = vector_function(function, dtype)(x), in_double(function, x)
    if function == "log1p":  # PyTorch's gives 0 for the smallest numbers
        expected[abs(x) < 1e-40] = x[abs(x) < 1e-40]
    if function == "sigmoid":  # PyTorch's gives 0 where e⁻ˣ is infinite
        expected[x < -50] = in_double("exp", x[x < -50])
    assert [(each, got) for each, got, same in zip(x, result, agree(result, expected), strict=True) if not same] == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_powers_are_right_at_the_edges(dtype) -> None:
    x, y = np.meshgrid(edges(dtype), np.append(edges(dtype), np.array(EXPONENTS, DTYPES[dtype])))
    x, y = x.ravel(), y.ravel()
    result, expected = vector_function("pow", dtype)(x, y), in_double("pow", x, y)
    same = agree(result, expected)
    assert list(zip(x[~same], y[~same], result[~same], expected[~same], strict=True)) == []


@pytest.mark.parametrize("function", ["sin", "cos"])
def test_sines_of_numbers_too_large_to_reduce_are_nan(function) -> None:
    assert np.isnan(vector_function(function, "f64")([2.0**50, -1e300])).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_results_stay_within_the_bounds_of_the_functions(dtype) -> None:
    x = np.linspace(-30, 30, 100_000)
    for function, low in [("tanh", -1), ("erf", -1), ("sigmoid", 0), ("sin", -1), ("cos", -1)]:
        result = vector_function(function, dtype)(x)
        assert (low <= result.min(), result.max() <= 1) == (True, True), function


@pytest.mark.parametrize(("function", "dtype"), [*BOTH, ("pow", "f32"), ("pow", "f64")])
def test_results_are_the_same_bits_for_each_width_and_processor(function, dtype) -> None:
    random = np.random.default_rng(0)
    x = np.concatenate([edges(dtype), random.normal(size=1000) * 3, 10 ** random.uniform(-30, 30, 1000)])
    arguments = [x, random.permutation(x)] if function == "pow" else [x]
    wide, whole = vector_function(function, dtype)(*arguments), host_target()
    variants = [(4, whole), (8, whole), (16, whole)]
    if whole.clock == "x86":
        variants.append((8, narrower(whole, 8)))
    for lanes, target in variants:
        result = vector_function(function, dtype, lanes, target)(*arguments)
        assert np.isnan(result).tolist() == np.isnan(wide).tolist()
        assert result[~np.isnan(wide)].tobytes() == wide[~np.isnan(wide)].tobytes()


@pytest.mark.parametrize(
    "target",
    [
        Target(16, 8, triple="x86_64-unknown-linux-gnu", features="+avx512f,+avx512dq,+avx512bw,+avx512vl,+fma"),
        Target(8, 4, triple="x86_64-unknown-linux-gnu", cpu="haswell"),
        Target(4, 2, triple="aarch64-unknown-linux-gnu"),
    ],
    ids=["AVX-512", "AVX2", "arm64"],
)
def test_functions_call_nothing_outside_of_the_module(target) -> None:
    binding = llvm_binding()
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    lines = [
        line
        for function, dtype in [*BOTH, ("pow", "f32"), ("pow", "f64")]
        for line in define(function, dtype, target.lanes(dtype)).replace("define internal", "define").splitlines()
    ]
    declared = sorted({line for line in lines if line.startswith("declare")})
    text = "\n".join([*declared, *[line for line in lines if not line.startswith("declare")]])
    assembly = target_machine(target).emit_assembly(binding.parse_assembly(text, new_context()))
    assert "minidl_exp_f32" in assembly
    assert re.findall(r"^\s+(?:callq?|jmp|bl|b)\s+[A-Za-z_]\w*.*$", assembly, re.MULTILINE) == []


def test_names_tell_function_type_and_width() -> None:
    assert name("tanh", "f32", 16) == "@minidl_tanh_f32_16"
    first = next(line for line in define("tanh", "f32", 16).splitlines() if line.startswith("define"))
    assert first == "define internal <16 x float> @minidl_tanh_f32_16(<16 x float> %x) nounwind {"
