"""Members of archives by strangers: read by name, never unpacked to disk, never more than a limit."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from engine.errors import DataError

MEMBER_LIMIT = 256 * 2**20  # bytes; the largest real model is 13 MB of text


def read_member(archive: zipfile.ZipFile, member: str, path: Path, limit: int = MEMBER_LIMIT) -> bytes:
    """The bytes of one member, never more than `limit` of them.

    Raises:
        DataError: no such member, a name that leads out of the archive, too large, encrypted or damaged.
    """
    if member.startswith("/") or ".." in member.split("/") or "\\" in member:
        raise DataError("{path} names {member}, which leads out of the archive; do not use it.", path=path, member=member)
    try:
        if archive.getinfo(member).file_size > limit:
            raise DataError("{member} in {path} is too large to read; leave it out.", member=member, path=path)
        with archive.open(member) as file:
            data = file.read(limit + 1)
    except KeyError as error:
        raise DataError("{path} holds no {member}; get the archive again.", path=path, member=member) from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise DataError("{member} in {path} is damaged; get the archive again.", member=member, path=path) from error
    if len(data) > limit:  # the directory of the archive may lie about sizes
        raise DataError("{member} in {path} is too large to read; leave it out.", member=member, path=path)
    return data
