"""Arrays on disk in the safetensors format: written whole, read by mapping the file into memory."""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from stance.errors import ModelError

__all__ = ["Hashes", "Names", "join_names", "map_arrays", "read_part", "to_bytes"]

_TYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "I64": np.int64,
    "U64": np.uint64,
    "U32": np.uint32,
    "U16": np.uint16,
    "U8": np.uint8,
}
_LONGEST_HEADER = 2**20
_LINE = 64


def to_bytes(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Arrays as a safetensors file in which the first matrix of coefficients begins with a cache line."""
    from safetensors.numpy import save

    raw = save(dict(arrays))
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    first = min((entry["data_offsets"][0] for name, entry in header.items() if name.endswith(".coef")), default=0)
    # the format allows blanks after the header
    pad = -(8 + size + first) % _LINE
    return (size + pad).to_bytes(8, "little") + raw[8 : 8 + size] + b" " * pad + raw[8 + size :]


def map_arrays(path: Path, size: int, sha256: str) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays of a safetensors file; they are views of the file, which the system reads as they are used.

    Who writes a model replaces its files and never changes them, so that what was checked here stays.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        How many bytes it may have.
    sha256 : str
        What its bytes must hash to.

    Raises
    ------
    ModelError
        If it is missing, damaged or not of this format.
    """
    raw = read_part(path, size, mapped=True)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise ModelError(f"{path}: damaged, or not the arrays of this manifest (SHA-256 differs)")
    try:
        return dict(_split(raw))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ModelError(f"{path}: not a safetensors file: {error}") from error


def read_part(path: Path, most: int, *, mapped: bool = False) -> mmap.mmap | bytes:
    """The bytes of a file of a model, perhaps mapped instead of read.

    Raises
    ------
    ModelError
        If there is no such file, or it has more than `most` bytes.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ModelError(f"{path}: not a file")
        if size > most:
            raise ModelError(f"{path}: damaged, or not part of a model ({size:,} bytes, at most {most:,} expected)")
        # Windows lets no one replace a file that is mapped; and nothing can be mapped of an empty one
        if not mapped or sys.platform == "win32" or not size:
            return path.read_bytes()
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error


def _split(raw: mmap.mmap | bytes) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    header = int.from_bytes(raw[:8], "little")
    start = 8 + header
    if len(raw) < 8 or header > _LONGEST_HEADER or start > len(raw):
        raise ValueError("the header is cut off")
    for name, entry in json.loads(raw[8:start]).items():
        if name == "__metadata__":
            continue
        kind, shape = np.dtype(_TYPES[entry["dtype"]]), tuple(entry["shape"])
        begin, end = entry["data_offsets"]
        count = math.prod(shape)
        if (
            not 0 <= begin <= end <= len(raw) - start
            or end - begin != count * kind.itemsize
            or min(shape, default=0) < 0
        ):
            raise ValueError(f"array {name!r} lies outside the file")
        array = np.frombuffer(raw, dtype=kind, count=count, offset=start + begin).reshape(shape)
        # safetensors are little-endian everywhere
        yield name, array if sys.byteorder == "little" else array.byteswap()


def join_names(names: Iterable[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    """Names one after the other, as `Names` reads them, and the end of each, a 0 before them."""
    encoded = [name.encode("utf-8", "surrogatepass") for name in names]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64).astype(np.uint32)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


class Names(Sequence[str]):
    """Strings that lie one after the other in an array, decoded when they are asked for.

    Parameters
    ----------
    joined : ndarray of uint8
        UTF-8; lone surrogates pass.
    ends : ndarray of uint32
        The end of each.

    Examples
    --------
    >>> names = Names(np.frombuffer(b"anend", dtype=np.uint8), np.array([2, 5], dtype=np.uint32))
    >>> list(names), names[1]
    (['an', 'end'], 'end')
    """

    def __init__(self, joined: npt.NDArray[np.uint8], ends: npt.NDArray[np.uint32]) -> None:
        if (len(ends) and int(ends[-1]) != len(joined)) or (ends[1:] < ends[:-1]).any():
            raise ModelError("the list of terms is damaged")
        self._joined, self._ends = joined, ends
        self._bytes, self._limits = joined.data, ends.data

    def __reduce__(self) -> Any:
        return Names, (self._joined, self._ends)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return list(self)[i]
        i = range(len(self))[i]
        return self._decode(self._bytes[self._limits[i - 1] if i else 0 : self._limits[i]].tobytes())

    def __iter__(self) -> Iterator[str]:
        raw, start = self._joined.tobytes(), 0
        text = raw.decode("ascii") if raw.isascii() else None
        for end in self._ends.tolist():
            yield self._decode(raw[start:end]) if text is None else text[start:end]
            start = end

    @staticmethod
    def _decode(raw: bytes) -> str:
        try:
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise ModelError("the list of terms is damaged") from error


class Hashes(AbstractSet[str]):
    """A set of hexadecimal numbers of 16 digits over a sorted array, which may be large and is rarely asked for."""

    def __init__(self, numbers: npt.NDArray[np.uint64]) -> None:
        self.numbers = numbers

    @classmethod
    def _from_iterable(cls, it: Any) -> frozenset[str]:  # type: ignore[override]
        return frozenset(it)

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, str) or len(item) != 16:
            return False
        try:
            number = np.uint64(int(item, 16))
        except ValueError:
            return False
        at = int(np.searchsorted(self.numbers, number))
        return at < len(self.numbers) and bool(self.numbers[at] == number)

    def __iter__(self) -> Iterator[str]:
        return (f"{number:016x}" for number in self.numbers.tolist())

    def __len__(self) -> int:
        return len(self.numbers)
