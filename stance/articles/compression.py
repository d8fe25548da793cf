"""Files that are compressed as a whole: gzip, bzip2, xz and zstd, told by their first bytes."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any, NamedTuple, cast

from stance.errors import ArticleError

__all__ = ["DAMAGE", "LONGEST_SIGN", "Compression", "as_stream", "find_compression", "without_suffix"]

#: What damaged bytes raise that were compressed; lzma has an error of its own, and some Pythons are built without it.
DAMAGE: tuple[type[Exception], ...] = (OSError, EOFError, zlib.error)
try:
    from lzma import LZMAError
except ImportError:
    pass
else:
    DAMAGE += (LZMAError,)


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ArticleError(f"this Python was built without its module {name}; unpack the file first") from error


def _zstd(stream: IO[bytes]) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(_Unclosed(stream), mode="r"), "zstd")


class _Unclosed:
    """A stream that Arrow may close, as others leave it open."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self.read = stream.read

    def close(self) -> None:
        pass


class _Stream(io.RawIOBase):
    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def as_stream(read: Callable[[int], bytes]) -> IO[bytes]:
    """A stream of what a function gives, which is asked for so many bytes and may give fewer.

    Examples
    --------
    >>> as_stream(io.BytesIO(b"Talks resume.").read).read()
    b'Talks resume.'
    """
    return cast(IO[bytes], _Stream(read))


class Compression(NamedTuple):
    """A way of compressing files.

    Attributes
    ----------
    name : str
        As people call it.
    suffix : str
        What is put behind the names of its files.
    signs : tuple of bytes
        What its files begin with.
    opened : callable
        From a stream to a readable one of what it holds.
    """

    name: str
    suffix: str
    signs: tuple[bytes, ...]
    opened: Callable[[IO[bytes]], Any]

    def reader(self, stream: IO[bytes]) -> IO[bytes]:
        """What a compressed stream holds; it raises `ArticleError` where that is damaged.

        Examples
        --------
        >>> packed = gzip.compress(b"Talks resume.")
        >>> find_compression(packed).reader(io.BytesIO(packed)).read()
        b'Talks resume.'
        """
        opened = self.opened(stream)

        def read(size: int) -> bytes:
            try:
                return cast(bytes, opened.read(size))
            except DAMAGE as error:
                if isinstance(error, OSError) and error.errno is not None:
                    # of the file below
                    raise
                raise ArticleError(f"damaged {self.name} file: {error}") from error

        return as_stream(read)


_COMPRESSIONS = (
    Compression("gzip", ".gz", (b"\x1f\x8b",), lambda stream: gzip.GzipFile(fileobj=stream)),
    # a text may begin with the first three letters
    Compression(
        "bzip2",
        ".bz2",
        tuple(b"BZh%d1AY&SY" % level for level in range(1, 10)),
        lambda stream: _module("bz2").BZ2File(stream),
    ),
    Compression("xz", ".xz", (b"\xfd7zXZ\0",), lambda stream: _module("lzma").LZMAFile(stream)),
    Compression("zstd", ".zst", (b"\x28\xb5\x2f\xfd",), _zstd),
)

#: So many bytes tell how a file is compressed.
LONGEST_SIGN = max(len(sign) for found in _COMPRESSIONS for sign in found.signs)


def find_compression(head: bytes) -> Compression | None:
    """How a file is compressed, by its first bytes.

    Examples
    --------
    >>> find_compression(gzip.compress(b"Talks resume.")).name
    'gzip'
    >>> find_compression(b"Talks resume.")
    """
    return next((found for found in _COMPRESSIONS if head.startswith(found.signs)), None)


def without_suffix(name: str) -> str:
    """The name that a file had before it was compressed.

    Examples
    --------
    >>> without_suffix("export.csv.GZ"), without_suffix("export.csv")
    ('export.csv', 'export.csv')
    """
    suffix = next((found.suffix for found in _COMPRESSIONS if name.lower().endswith(found.suffix)), "")
    return name[: len(name) - len(suffix)]
