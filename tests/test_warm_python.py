"""Programs that are forked from a process which has imported torch behave as if started alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.warm_python import WarmPython

PROGRAMS = {
    "arguments, folder, variables and import path": """
import os, sys
print(sys.argv, __name__, __file__, os.getcwd(), sorted(os.environ.items()), sys.path, sys.executable)
""",
    "open files": """
import sys
print([(file.isatty(), file.encoding, file.errors, file.line_buffering) for file in (sys.stdin, sys.stdout, sys.stderr)])
print(sys.stdin.read(), 'é', file=sys.stderr)
""",
    "a status": "import sys; print('before'); sys.exit(7)",
    "a message as status": "import sys; sys.exit('what is wrong')",
    "a signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "what is done at the end": """
import atexit, threading, time
atexit.register(print, 'at exit')
threading.Thread(target=lambda: (time.sleep(0.1), print('in a thread'))).start()
print('in the program', end='')
""",
    "another seed of hashes": "print(hash('text'))",
    "another encoding": "import sys; print(sys.stdout.encoding)",
}
VARIABLES = {"another seed of hashes": {"PYTHONHASHSEED": "3"}, "another encoding": {"PYTHONIOENCODING": "latin-1"}}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_warm_program_does_what_a_cold_one_does(name: str, tmp_path: Path, warm_python: WarmPython) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "program"
    program.write_text(f"#!{sys.executable}\n{PROGRAMS[name]}")
    program.chmod(0o755)
    environment = dict(os.environ) | {"PYTHONPATH": f"{tmp_path}:near", "LATELY": "set"} | VARIABLES.get(name, {})
    command = [program, "a", "--b=é"]
    warm = warm_python.run(command, cwd=tmp_path, env=environment)
    cold = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)


def test_an_error_is_shown_with_status_1(tmp_path: Path, warm_python: WarmPython) -> None:
    program = tmp_path / "program.py"
    program.write_text("1 / 0")
    done = warm_python.run([program], cwd=tmp_path, env=os.environ)
    assert done.returncode == 1
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_programs_do_not_see_each_other(tmp_path: Path, warm_python: WarmPython) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os, torch; print(getattr(torch, 'mark', 0), os.getcwd()); torch.mark = 1; os.chdir('/')")
    printed = {warm_python.run([program], cwd=tmp_path, env=os.environ).stdout for _ in range(2)}
    assert printed == {f"0 {tmp_path}\n"}


def test_a_program_that_takes_too_long_is_ended_and_others_still_run(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import time; time.sleep(1000)")
    python = WarmPython()
    with pytest.raises(subprocess.TimeoutExpired):
        python.run([program], cwd=tmp_path, env=os.environ, timeout=0.1)
    program.write_text("print('next')")
    assert python.run([program], cwd=tmp_path, env=os.environ).stdout == "next\n"
    python.close()
