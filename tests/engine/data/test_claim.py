import signal
import subprocess
import sys
import threading

import pytest

from engine.data.claim import FOLDER, claimed
from engine.data.split import Listed

ROW = Listed("chair", "a.obj", "A", "own", "", "train")
OTHER = Listed("chair", "b.obj", "B", "own", "", "train")


def files(root):
    return [path for path in (root / FOLDER).rglob("*") if path.is_file()]


def test_only_one_holds_an_item_and_nothing_is_left_behind(tmp_path):
    with claimed(tmp_path, ROW) as mine, claimed(tmp_path, ROW) as second, claimed(tmp_path, OTHER) as other:
        assert (mine, second, other) == (True, False, True)
        with claimed(tmp_path, ROW) as third:
            assert not third, "who was refused has not let go for the holder"
    assert files(tmp_path) == []
    with claimed(tmp_path, ROW) as again:
        assert again


def test_an_error_lets_go(tmp_path):
    def fail():
        with claimed(tmp_path, ROW):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with claimed(tmp_path, ROW) as mine:
        assert mine


def test_a_killed_holder_lets_go(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.data.claim import claimed; from engine.data.split import Listed\n"
        "with claimed(Path(sys.argv[1]), Listed('chair', 'a.obj', 'A', 'own', '', 'train')) as mine:\n"
        "    print(mine, flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "True\n"
        with claimed(tmp_path, ROW) as mine:
            assert not mine
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert len(files(tmp_path)) == 1, "its file is still there, but means nothing"
        with claimed(tmp_path, ROW) as mine:
            assert mine


def test_many_who_come_and_go_are_never_two_at_once(tmp_path):
    inside, most, turns = 0, 0, 0
    guard = threading.Lock()

    def come_and_go():
        nonlocal inside, most, turns
        had = 0
        while had < 50:  # every one of them gets its turns, however the threads are dealt out
            with claimed(tmp_path, ROW) as mine:
                if mine:
                    had += 1
                    with guard:
                        inside += 1
                        most, turns = max(most, inside), turns + 1
                    with guard:
                        inside -= 1

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert turns == 200
