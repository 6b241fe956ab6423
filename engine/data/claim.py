"""One builder per item: a lock that dies with its holder.

The lock is `flock` on a small file under `<root>/claims`. The kernel lets go of it when the process ends, however it ends, so
no lock is ever left behind by a kill and none has to be judged too old. Linux carries `flock` over NFS; where a file system
has no locks at all, builders go on without. That is harmless: they write the same values, each file whole, and the worst is
an item made twice.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.data.split import Listed, item_key

FOLDER = "claims"


@contextmanager
def claimed(root: Path, row: Listed) -> Iterator[bool]:
    """Hold an item's lock inside the `with`; gives False at once if somebody else holds it.

    Args:
        root: data root.
        row: the item.
    """
    path = root / FOLDER / row.category / item_key(row.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            except OSError:  # no locks here
                yield True
                return
            if not _is_still(handle, path):
                continue  # its last holder removed the file between our opening and our locking it
            try:
                yield True
            finally:
                path.unlink(missing_ok=True)
            return
        finally:
            os.close(handle)


def _is_still(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
