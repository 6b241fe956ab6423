"""The program as a process of its own: exit codes, streams, what an import loads."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def _start(*words: str, **more: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "engine.cli", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys, engine, engine.api, engine.cli.program as p; p.build(); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in ("torch", "vtk", "vtkmodules", "PySide6", "scipy", "trimesh", "igl", "cv2", "sklearn", "distributed"):
        assert f"'{name}'" not in loaded


def test_a_user_error_is_one_sentence_and_code_1(tmp_path: Path) -> None:
    process = _start("compare", str(tmp_path / "none.obj"), str(tmp_path / "none.obj"))
    out, error = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert error.splitlines()[-1].startswith("shape-engine: There is no file")
    assert "Traceback" not in error


def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    points = "".join(f"{x} {y} {z}\n" for x in range(3) for y in range(4) for z in range(3))
    (tmp_path / "a.xyz").write_text(points)
    process = _start(
        "compare", str(tmp_path / "a.xyz"), str(tmp_path / "a.xyz"), "--preset", "onet_l1", "--points", "36", "--json"
    )
    out, error = process.communicate()
    assert process.returncode == 0, error
    assert json.loads(out)["comparisons"][0]["measurements"][0]["value"] == 0
    assert "up" in error


def test_ctrl_c_ends_with_130_and_without_a_traceback(tmp_path: Path) -> None:
    pipe = tmp_path / "never.xyz"
    os.mkfifo(pipe)
    process = _start("compare", str(pipe), str(pipe), start_new_session=True)
    # Opening the pipe for writing succeeds as soon as the program reads from it: then it is in the middle of its work.
    while process.poll() is None:
        try:
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
            break
        except OSError:
            time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert "Traceback" not in error
    assert process.returncode in (130, 1)  # 1 if the end of the empty pipe was noticed first
