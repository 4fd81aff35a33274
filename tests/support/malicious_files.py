"""Files of saved networks that somebody has tampered with; run as a program, it loads them under a limit of memory."""

from __future__ import annotations

import json
import random
import resource
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minidl_core import SavedModelError, UnknownNameError, load

SEED = 2026

SECONDS = 2.0
"""Of the processor; a load takes a fraction of one."""

ROOM = 2**30
"""Bytes of address space beyond what importing everything takes."""

LONGEST = 1500
"""Characters of a message."""

Header = dict[str, Any]


def deep(levels: int, start: str = "[", end: str = "]") -> str:
    return start * levels + end * levels


VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63), 10**30, 10**400, 0.5, -0.0, 1e308),
    *(float("nan"), float("inf"), "", "linear:2", "relu", "x" * 100_000, "\ud800", "nul\0", "../../etc/passwd"),
    *([], [[]], [None], [-1], [0], [1] * 40, [2**31 - 1] * 4, [1e9], ["2"], [2, 2], [1_000_000] * 3),
    *({}, {"a": 1}, {"": ""}, {"layer linear": []}, {"layer linear": "nowhere"}, {"dataset": "disk"}),
    *({"dataset": 1}, {"dataset": "disk", "mean": [], "deviation": []}, {"dataset": "gone"}),
]

SPECIFICATIONS = [
    *("linear:2000000000", "linear:2000000000,relu,linear:2", "linear:46340,linear:46340", "100000*linear:2"),
    *("5000*linear:2", "5000*relu", "4999*relu,linear:9", "2*(" * 40 + "relu" + ")" * 40, "(" * 49 + "relu" + ")" * 49),
    *("(" * 100_000, "relu," * 100_000, "linear" + ":1" * 100_000, "a" * 400_000, "linear:" + "9" * 5000),
    *("linear:-1", "linear:0", "linear:nan", "dropout:p=nan", "dropout:p=1e999", "batch_norm:eps=-1", "", ",", "relu,"),
    *("linear:3:bias=maybe", "linear:3,linear:3,linear:3,linear:3", "layer_norm", "linear:3:3:3:3", "minidl/linear:3"),
    *("gone:1", "nowhere/linear:2", "mse", "disk", "run", "linear:3(relu)", "relu(relu)", "linear:30000,linear:30000"),
    *("batch_norm:num_features=100000000000", "layer_norm:eps=inf", "linear:3:in_features=99999999999999999999"),
]


def parts_of(content: bytes) -> tuple[Header, bytes]:
    """Return a file's header and its tensors' bytes."""
    size = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + size]), content[8 + size :]


def file_bytes(header: Header | str, tensors: bytes) -> bytes:
    """Return the bytes of a file."""
    text = header if isinstance(header, str) else json.dumps(header)
    written = text.encode(errors="surrogatepass")
    written += b" " * (-len(written) % 8)
    return struct.pack("<Q", len(written)) + written + tensors


def crafted(content: bytes, source: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield what was done to a file, and its bytes then."""
    header, tensors = parts_of(content)
    metadata = json.loads(header["__metadata__"]["minidl"])
    for what, changed in changed_metadata(metadata):
        text = changed if isinstance(changed, str) else json.dumps(changed)
        yield what, file_bytes(header | {"__metadata__": {"minidl": text}}, tensors)
    yield from changed_headers(header, tensors)
    yield from changed_bytes(content, source)


def changed_metadata(metadata: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield metadata with an entry replaced, added, left out, or all of it."""
    for path in paths(metadata):
        yield f"without {path}", replaced(metadata, path)
        for value in VALUES:
            yield f"{path} = {value!r:.60}", replaced(metadata, path, value)
    for layers in SPECIFICATIONS:
        yield f"layers {layers:.60}", metadata | {"layers": layers}
        yield f"layers {layers:.60} without owners", metadata | {"layers": layers, "owners": {}}
    for value in VALUES:
        yield f"all {value!r:.60}", value
    for sign in ("[]", "{}"):
        yield f"all deep {sign}", deep(100_000, sign[0], sign[1])
    yield "deep object", deep(50_000, '{"a":', "}").replace('{"a":}', '{"a":1}')
    yield "deep preprocessing", json.dumps(metadata)[:-1] + ', "preprocessing": ' + deep(900) + "}"
    yield "a key twice", json.dumps(metadata)[:-1] + ', "layers": "relu"}'
    yield "many keys", metadata | {f"key{n}": n for n in range(100_000)}
    yield "many owners", metadata | {"owners": {f"layer l{n}": "x" for n in range(100_000)}}
    yield "long owners", metadata | {"owners": {"layer linear": "x" * 10_000}}
    yield "long versions", metadata | {"versions": {"minidl": "1" * 1_000_000}}
    yield "long preprocessing", metadata | {"preprocessing": {"dataset": "disk", "mean": [0.5] * 10**6}}
    yield "huge text", json.dumps(metadata) + " " * 10_000_000
    yield "long number", json.dumps(metadata)[:-1] + ', "format": ' + "9" * 10_000 + "}"


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where the values in metadata are."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*path, key)
        yield from paths(value[key], (*path, key))


def replaced(value: Any, path: tuple[Any, ...], *new: Any) -> Any:
    """Return a value with another in a place of it, or with none there."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    if new:
        inner[path[-1]] = new[0]
    else:
        del inner[path[-1]]
    return copy


def changed_headers(header: Header, tensors: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield files whose tensors have other names, shapes and types, and whose header is none."""
    name = next(name for name in header if name.endswith("weight"))
    for value in VALUES:
        for key in ("dtype", "shape", "data_offsets"):
            yield f"{key} = {value!r:.60}", file_bytes(header | {name: header[name] | {key: value}}, tensors)
        yield f"tensor = {value!r:.60}", file_bytes(header | {name: value}, tensors)
        yield f"metadata = {value!r:.60}", file_bytes(header | {"__metadata__": value}, tensors)
        yield f"entry = {value!r:.60}", file_bytes(header | {"__metadata__": {"minidl": value}}, tensors)
    for dtype in ("F64", "F16", "BF16", "I32", "BOOL", "F8_E4M3", "C64", "F4", "U64"):
        yield f"type {dtype}", file_bytes(header | {name: header[name] | {"dtype": dtype}}, tensors)
    for shape in ([6], [1, 6], [2, 3], [3, 2, 1], [], [0], [3, 2, 10**12]):
        yield f"shape {shape}", file_bytes(header | {name: header[name] | {"shape": shape}}, tensors)
    for other in ("", "0", "0.bias", "1.weight", "9999.weight", "x" * 100_000, "0.weight.weight"):
        renamed = {other if key == name else key: value for key, value in header.items()}
        yield f"named {other:.20}", file_bytes(renamed, tensors)
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [len(tensors), len(tensors)]}
    yield "many tensors", file_bytes(header | {f"{n}.weight": empty for n in range(10, 50_000)}, tensors)
    text = json.dumps(header)
    for what in ("", "[]", "null", "1", '"a"', deep(100_000), "{" * 100_000, text[:-1], text + text, text[:-1] + ","):
        yield f"header {what:.20}", file_bytes(what, tensors)
    yield "a tensor twice", file_bytes(text[:-1] + ", " + json.dumps({name: header[name]})[1:], tensors)


def changed_bytes(content: bytes, source: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield files that are cut, longer, or have bytes changed at random."""
    for size in (0, 1, 2**16, 2**31, 2**32, 2**63, 2**64 - 1, len(content), 100_000_001):
        yield f"header of {size}", struct.pack("<Q", size) + content[8:]
    for length in (0, 1, 7, 8, 9, 100, len(content) // 2, len(content) - 1):
        yield f"cut at {length}", content[:length]
    yield "longer", content + b"\0" * 8
    for number in range(300):
        changed = bytearray(content)
        for _ in range(source.randrange(1, 4)):
            changed[source.randrange(len(content) // 2)] = source.randrange(256)
        yield f"random {number}", bytes(changed)


def trial(file: Path, bad: Path) -> dict[str, list[str]]:
    """Load all that can be made of a file; return what was loaded, and what went wrong: other errors, long ones, time."""
    loaded, wrong = [], []
    for what, content in crafted(file.read_bytes(), random.Random(SEED)):
        bad.write_bytes(content)
        started = time.process_time()
        try:
            load(bad)
            loaded.append(what)
        except (SavedModelError, UnknownNameError) as error:
            if len(str(error)) > LONGEST:
                wrong.append(f"{what}: {len(str(error))} characters")
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            wrong.append(f"{what}: {error!r:.300}")
        if (seconds := time.process_time() - started) > SECONDS:
            wrong.append(f"{what}: {seconds:.1f} s")
    return {"loaded": loaded, "wrong": wrong}


if __name__ == "__main__":
    load(sys.argv[1])  # which imports what is needed
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))
    sys.stdout.write(json.dumps(trial(Path(sys.argv[1]), Path(sys.argv[2]))))
