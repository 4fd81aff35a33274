from __future__ import annotations

import ctypes
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import platformdirs
import pytest

from minidl_native.codegen.code import Code
from minidl_native.compiling import compile_code as compiling
from minidl_native.compiling import identity as identities
from minidl_native.compiling.compile_code import compile_code
from minidl_native.compiling.processor import host_target
from minidl_native.compiling.store import LEFT_BEHIND, SUFFIX, TEMPORARY, Store
from minidl_native.compiling.store_folder import store_folder
from minidl_native.compiling.stored_program import StoredProgram

PROGRAM = StoredProgram("key of a program", 128, b"machine code" * 100)

RETURNS = "define i64 @run(ptr %table, i64 %steps) {{\n  ret i64 {}\n}}\n"

needs_posix = pytest.mark.skipif(os.name != "posix", reason="files have owners and modes only on POSIX systems")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cache" / "native")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path / "cache"))


def files(store: Store) -> list[Path]:
    return sorted(store.folder.iterdir())


def result_of(returned: int, key: str = "key", **options: int) -> tuple[int, bool]:
    """Return the result of a program that returns a number, and whether its code was generated."""
    made = []

    def make_code() -> Code:
        made.append(returned)
        return Code(RETURNS.format(returned), options.get("scratch", 0))

    program = compile_code(key, make_code, host_target())
    return program.run((ctypes.c_int64 * 1)(), 1), bool(made)


def test_a_stored_program_is_loaded_with_all_it_has(store) -> None:
    assert store.load(PROGRAM.identity) is None
    store.save(PROGRAM)
    assert store.load(PROGRAM.identity) == PROGRAM
    assert store.load("another key") is None
    assert (len(files(store)), store.size(), store.problem()) == (1, len(PROGRAM.to_bytes()), "")


def test_a_store_describes_its_place_and_size(store, tmp_path) -> None:
    store.save(StoredProgram("large", 0, bytes(3 * 1024**2)))
    assert store.description() == f"compiled programs are stored in {store.folder} (3.00 of at most 64 MiB)"
    (tmp_path / "file").write_text("")
    unusable = Store(tmp_path / "file" / "native")
    assert unusable.description().startswith(f"compiled programs are not stored: {unusable.folder} cannot be written: ")


def test_another_store_can_be_given(store, tmp_path) -> None:
    own = Store(tmp_path / "own")
    compile_code("key", lambda: Code(RETURNS.format(1), 0), host_target(), own)
    assert (len(files(own)), store.folder.exists()) == (1, False)


@needs_posix
def test_folder_and_files_are_for_their_owner_alone(store) -> None:
    before = os.umask(0)
    try:
        store.save(PROGRAM)
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(files(store)[0].stat().st_mode) == 0o600


@pytest.mark.parametrize("position", range(0, len(PROGRAM.to_bytes()), 37))
def test_a_file_with_a_changed_byte_is_not_loaded(store, position) -> None:
    store.save(PROGRAM)
    (path,) = files(store)
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    assert store.load(PROGRAM.identity) is None
    store.save(PROGRAM)
    assert store.load(PROGRAM.identity) == PROGRAM


@pytest.mark.parametrize("length", [0, 5, 16, 40, 48, 60, len(PROGRAM.to_bytes()) - 1])
def test_a_truncated_file_is_not_loaded(store, length) -> None:
    store.save(PROGRAM)
    (path,) = files(store)
    path.write_bytes(path.read_bytes()[:length])
    assert store.load(PROGRAM.identity) is None


def test_a_file_under_another_name_is_not_loaded(store) -> None:
    other = StoredProgram("another key", 0, b"other machine code")
    store.save(PROGRAM)
    (path,) = files(store)
    store.save(other)
    (path_of_other,) = set(files(store)) - {path}
    path_of_other.replace(path)
    assert store.load(PROGRAM.identity) is None


def test_the_code_of_a_stored_program_is_not_generated() -> None:
    assert result_of(5) == (5, True)
    assert result_of(6) == (5, False)
    assert result_of(6, key="other") == (6, True)


def test_scratch_memory_is_stored_with_the_program() -> None:
    code = Code(RETURNS.format(1), scratch=4096)
    assert [compile_code("key", lambda: code, host_target()).scratch for _ in range(2)] == [4096, 4096]


def test_a_damaged_program_is_compiled_again_and_replaced(store) -> None:
    result_of(5)
    (path,) = files(store)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert result_of(6) == (6, True)
    assert result_of(7) == (6, False)


def test_programs_of_another_version_or_processor_are_not_used(store, monkeypatch) -> None:
    result_of(5)
    monkeypatch.setattr(identities, "_versions", lambda: "other versions")
    assert result_of(6) == (6, True)
    monkeypatch.undo()
    target = host_target()
    narrow = type(target)(target.lanes_f32, target.lanes_f64, features="", cpu=target.cpu, triple=target.triple)
    assert identities.identity("key", narrow) != identities.identity("key", target)


def test_the_identity_changes_with_every_source_file(tmp_path) -> None:
    (tmp_path / "part").mkdir()
    first, second = tmp_path / "a.py", tmp_path / "part" / "b.py"
    first.write_text("1")
    second.write_text("23")
    found = [identities._hash_of_sources(tmp_path)]
    for path, text in [(second, "24"), (first, "12"), (second, "3")]:
        path.write_text(text)
        found.append(identities._hash_of_sources(tmp_path))
    second.rename(tmp_path / "b.py")
    found.append(identities._hash_of_sources(tmp_path))
    assert len(set(found)) == len(found)


@needs_posix
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_can_write_is_neither_read_nor_written(store, mode) -> None:
    store.save(PROGRAM)
    store.folder.chmod(mode)
    assert store.load(PROGRAM.identity) is None
    store.save(StoredProgram("new key", 0, b""))
    assert len(files(store)) == 1
    assert store.problem() == f"{store.folder} can be written by other users: chmod 700 {store.folder}"
    assert [result_of(3), result_of(4)] == [(3, True), (4, True)]


@needs_posix
def test_a_file_that_others_can_write_is_not_loaded(store) -> None:
    store.save(PROGRAM)
    files(store)[0].chmod(0o620)
    assert store.load(PROGRAM.identity) is None
    store.save(PROGRAM)
    assert store.load(PROGRAM.identity) == PROGRAM


@needs_posix
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_belongs_to_another_user_is_not_loaded(store, monkeypatch, what) -> None:
    store.save(PROGRAM)
    if os.geteuid() == 0:
        os.chown(store.folder if what == "folder" else files(store)[0], 12345, -1)
    else:  # only root can give files away
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert store.load(PROGRAM.identity) is None
    if what == "folder":
        assert "belongs to another user" in store.problem()


@needs_posix
def test_links_and_pipes_are_not_followed(store, tmp_path) -> None:
    store.save(PROGRAM)
    (path,) = files(store)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert store.load(PROGRAM.identity) is None
    path.unlink()
    os.mkfifo(path)
    assert store.load(PROGRAM.identity) is None
    linked = Store(tmp_path / "link")
    linked.folder.symlink_to(store.folder)
    assert "is not a directory" in linked.problem()


@pytest.mark.parametrize("place", [os.devnull, "file", "x" * 300, "a\0b"])
def test_without_a_folder_programs_are_compiled_each_time(monkeypatch, tmp_path, place) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / place / "native"
    monkeypatch.setattr(compiling, "store_folder", lambda: folder)
    assert [result_of(3), result_of(4)] == [(3, True), (4, True)]
    assert Store(folder).problem().startswith(f"{folder} cannot be written: ")


def test_a_full_disk_leaves_nothing_and_disturbs_nothing(store, monkeypatch) -> None:
    store.save(PROGRAM)

    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    store.save(StoredProgram("new key", 0, b""))
    assert [path.suffix for path in files(store)] == [SUFFIX]
    assert result_of(3) == (3, True)


def test_programs_that_were_not_used_for_the_longest_time_are_removed(store) -> None:
    store.most_bytes = 5 * 1200
    for number in range(10):
        store.save(StoredProgram(f"key {number}", 0, bytes(1000)))
        for path in files(store):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 100))
        assert store.load("key 0") is not None
    assert store.size() <= store.most_bytes
    assert [n for n in range(10) if store.load(f"key {n}")] == [0, 6, 7, 8, 9]
    store.save(StoredProgram("too large", 0, bytes(6000)))
    assert store.load("too large") is None
    assert len(files(store)) == 5


def test_what_a_killed_process_left_is_removed_later(store) -> None:
    store.save(PROGRAM)
    old, new = store.folder / f"{TEMPORARY}old", store.folder / f"{TEMPORARY}new"
    for path in (old, new):
        path.write_bytes(b"half a progr")
    os.utime(old, (0, time.time() - LEFT_BEHIND - 1))
    store.save(PROGRAM)
    assert (old.exists(), new.exists()) == (False, True)


def test_an_interruption_while_writing_leaves_nothing(store, monkeypatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    store.save(PROGRAM)
    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.save(StoredProgram("new key", 0, b""))
    assert len(files(store)) == 1


def test_the_folder_is_the_users_folder_for_caches_unless_one_is_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path))
    assert store_folder() == tmp_path / "native"
    monkeypatch.delenv("MINIDL_CACHE")
    assert store_folder() == platformdirs.user_cache_path("minidl", appauthor=False) / "native"


WRITER = """
import sys
from pathlib import Path
from minidl_native.compiling.store import Store
from minidl_native.compiling.stored_program import StoredProgram
store = Store(Path(sys.argv[1]), most_bytes=40_000)
print("ready", flush=True)
for n in range(int(sys.argv[2])):
    key = f"key {n % 7}"
    store.save(StoredProgram(key, n, key.encode() * 1000))
    found = store.load(f"key {(n + 3) % 7}")
    assert found is None or found.machine_code == found.identity.encode() * 1000
"""


@pytest.mark.slow
def test_several_processes_use_one_store_at_the_same_time(store) -> None:
    command = [sys.executable, "-c", WRITER, str(store.folder), "300"]
    processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate(timeout=120)[1] for process in processes] == [b"", b"", b""]
    assert {path.suffix for path in files(store)} == {SUFFIX}
    assert store.size() <= 40_000


@pytest.mark.slow
def test_a_process_that_is_killed_while_writing_leaves_no_program_half_written(store) -> None:
    for delay in (0.002, 0.01, 0.02, 0.03):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.folder), "1000000"], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.kill()
        process.communicate()
        for path in files(store):
            if path.suffix == SUFFIX:
                written = path.read_bytes()
                assert any(StoredProgram.from_bytes(written, f"key {n}") for n in range(7))
