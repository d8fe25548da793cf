"""Which folder holds a model that is named, in commands and in Python."""

from __future__ import annotations

import os
from pathlib import Path

from stance.errors import ModelError
from stance.files import as_path

__all__ = ["DEFAULT", "default_model_path", "model_folder", "new_model_folder"]

#: What the model that ships with the package is called.
DEFAULT = "default"


def default_model_path() -> Path:
    """Folder of the model that ships with the package."""
    inside = Path(__file__).resolve().parent.parent / "_default_model"
    checkout = Path(__file__).resolve().parent.parent.parent / "models" / "default"
    return inside if inside.is_dir() else checkout


def model_folder(given: str | os.PathLike[str] | None) -> Path:
    """The folder of a model: of the one that ships with the package if it is ``"default"`` or nothing.

    That word never means a folder that is called so: this is ``"./default"``, or a `Path`, which is always a folder.

    Raises
    ------
    ModelError
        If it is an empty name.
    ArgumentError
        If it is no path.

    Examples
    --------
    >>> model_folder("default") == model_folder(None) == default_model_path()
    True
    >>> model_folder("./default").name, model_folder("models/mine").name
    ('default', 'mine')
    """
    if given is None or (isinstance(given, str) and given == DEFAULT):
        return default_model_path()
    return as_path(given, "model", ModelError)


def new_model_folder(given: str | os.PathLike[str]) -> Path:
    """A folder to write a model to.

    Raises
    ------
    ModelError
        If it is an empty name, or the one of the model that ships with the package, by which it would not be found.
    ArgumentError
        If it is no path.

    Examples
    --------
    >>> new_model_folder("default")
    Traceback (most recent call last):
    stance.errors.ModelError: default: so the model that ships with stance is called; name a folder, such as ./default
    """
    if isinstance(given, str) and given == DEFAULT:
        raise ModelError(f"{given}: so the model that ships with stance is called; name a folder, such as ./{given}")
    return as_path(given, "model", ModelError)
