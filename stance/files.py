"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_files"]


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files under other names, force them to the disk, and rename them when all of them are there.

    Parameters
    ----------
    files : mapping of Path to bytes
        What is to stand where. They are renamed in this order.

    Raises
    ------
    OSError
        If one cannot be written. Those that were there before are as they were, unless it is a rename that failed;
        nothing else is left behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_files({Path(folder) / "a.txt": b"one", Path(folder) / "b.txt": b"two"})
    ...     sorted(os.listdir(folder))
    ['a.txt', 'b.txt']
    """
    parts = {path.with_name(f".{path.name}.part"): path for path in files}
    try:
        for part, path in parts.items():
            with open(part, "wb") as file:
                file.write(files[path])
                file.flush()
                os.fsync(file.fileno())
        for part, path in parts.items():
            os.replace(part, path)
        for folder in {path.parent for path in files}:
            _sync_folder(folder)
    except BaseException:
        # Ctrl-C and SIGTERM come here, too
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    # where a folder cannot be opened or synced, the rename is as safe as the system makes it
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
