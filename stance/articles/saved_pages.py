"""The folder of frames, pictures and scripts that a browser saves beside a page: none of them is an article."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["OF_A_PAGE", "folder_of_a_page"]

#: Why such a folder is not read.
OF_A_PAGE = "a browser saved it with a page"

#: How its name ends, in the languages of browsers.
_END = re.compile(
    r"(?<=[^/\\])(?:[_.]files|-(?:Dateien|filer)|_(?:fichiers|file|archivos|ficheiros|arquivos|bestanden|tiedostot|pliki"
    r"|soubory|elemei|dosyalar|datoteke|fajlovi|fitxers|fitxategiak|failid|fails|bylos))(?=[/\\]|\Z)"
)
_PAGES = (".html", ".htm", ".xhtml", ".HTML", ".HTM")
#: No path on a disk is longer; an archive may name what would take hours.
_LONGEST = 4096


def folder_of_a_page(folder: str, is_file: Callable[[str], bool]) -> str | None:
    """The folder itself, or else the nearest above it, that a browser saved beside a page: it has that page's name.

    Parameters
    ----------
    folder : str
        Its path.
    is_file : callable
        Whether there is a file under a path.

    Returns
    -------
    str or None
        ``None`` if no page has such a name.

    Examples
    --------
    >>> folder_of_a_page("saved/talks_files/frames", {"saved/talks.html"}.__contains__)
    'saved/talks_files'
    >>> folder_of_a_page("saved/case_files", {"saved/talks.html"}.__contains__) is None
    True
    """
    for end in reversed([*_END.finditer(folder[:_LONGEST])]):
        if any(is_file(folder[: end.start()] + suffix) for suffix in _PAGES):
            return folder[: end.end()]
    return None
