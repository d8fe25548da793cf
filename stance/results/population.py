"""The paragraphs that are estimated for and drawn from, and the coded ones among them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import ArgumentError, StanceError, kind_of, made_by
from stance.results.counting import is_boilerplate
from stance.results.formats import fit_cell
from stance.results.saved import read_without_texts
from stance.results.scored import PLACE, Results, as_results, refuse_twice, whole_numbers
from stance.results.table_files import plain_columns, refuse_same_names
from stance.results.table_reading import TEXT
from stance.results.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LightResults", "Population", "find_coded", "light", "population", "read_population"]

#: What a spreadsheet may leave out or put another for: blanks, and what XML does not hold, also as workbooks write it.
_NOT_KEPT = re.compile(r"(?:[\s\x00-\x1f\x7f-\x9f\ufffd\ufffe\uffff]|_x(?:00[01][0-9A-F]|FFF[EF])_)+", re.I)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightResults(Results):
    """Results whose texts may lie in a file.

    Attributes
    ----------
    texts : Texts or None
        Where the texts are, if not in the frame.
    """

    texts: Texts | None = None

    def __post_init__(self) -> None:
        # a population lacks boilerplate, and the account stays that of all that was read
        pass

    def texts_at(self, places: npt.NDArray[np.int64]) -> pd.Series[Any]:
        """The texts of some paragraphs, in the order of these.

        Raises
        ------
        StanceError
            If they are in a file that is not as it was when the others were read.
        """
        if self.texts is None:
            return self.frame[TEXT].iloc[places].reset_index(drop=True)
        return self.texts.at(places)

    def marks(self) -> npt.NDArray[np.int64]:
        """A number for each paragraph, the same for the same text.

        Raises
        ------
        StanceError
            As `texts_at` raises it.
        """
        import pandas as pd

        return pd.factorize(self.frame[TEXT])[0] if self.texts is None else self.texts.marks()


class Population(LightResults):
    """Results that `population` made; it takes them as they are."""

    __slots__ = ()


def light(results: Results, texts: Texts | None = None) -> LightResults:
    """Results with the place where their texts are, if these are not among them."""
    return LightResults(**_known(results), texts=texts)


def _known(results: Results) -> dict[str, Any]:
    return {one.name: getattr(results, one.name) for one in fields(Results)}


def population(results: Results | pd.DataFrame) -> Population:
    """The paragraphs that are estimated for and drawn from: all but boilerplate.

    Of millions the checks take longer than what is done with them, so that who calls several functions that take the
    population makes it first.

    Raises
    ------
    StanceError
        If the results are of articles, have no column ``paragraph`` or ``text``, or a paragraph has no number or is
        there twice.
    """
    return results if isinstance(results, Population) else _population(as_results(results), None)


def read_population(
    path: str | os.PathLike[str], only: Collection[str] | None = None, *, probabilities: bool = True
) -> Population:
    """The `population` of results in a file, as `read_results` reads them, whose texts are read when they are needed.

    Raises
    ------
    StanceError
        As both raise it.
    """
    return _population(*read_without_texts(path, only, probabilities=probabilities))


def _population(results: Results, texts: Texts | None) -> Population:
    if "paragraph" not in results.frame:
        raise StanceError(f"{results.source or 'the results'}: not one row per paragraph; score with --level paragraph")
    if TEXT not in results.frame and texts is None:
        raise StanceError(f"{results.source or 'the results'}: no column 'text' to code by; keep what scoring wrote")
    results = whole_numbers(results, ["paragraph"])
    # a file of codes has no blanks around an id
    refuse_twice(replace(results, frame=results.frame[PLACE].assign(article_id=_plain_ids(results.frame))))
    kept = ~is_boilerplate(results)
    if texts is not None:
        texts = texts.kept(np.asarray(kept))
    # under its index, by which outcomes are put beside the results again
    known = _known(results) | {"frame": results.frame[kept]}
    return Population(**known, texts=texts)


def _plain_ids(frame: pd.DataFrame) -> pd.Series[str]:
    """Ids as a file of codes has them: words, without blanks around."""
    return frame["article_id"].astype(str).str.strip()


def find_coded(found: Population, codes: pd.DataFrame, *, compare_texts: bool = True) -> npt.NDArray[np.int64]:
    """The places of the coded paragraphs among all.

    Parameters
    ----------
    found : Population
        All.
    codes : pandas.DataFrame
        The coded ones.
    compare_texts : bool
        Whether their texts are compared with those of the results, which may have to be read for it.

    Raises
    ------
    StanceError
        If one has no number, is not among them or twice among the codes, if its text is another one, or if two columns
        of the codes have one name.
    ArgumentError
        If the codes are no data frame.
    """
    import pandas as pd

    if not isinstance(codes, pd.DataFrame):
        how = made_by(codes, of_pandas=True)
        raise ArgumentError(f"codes must be a data frame, as `read_codes` returns it, not {kind_of(codes)}{how}")
    refuse_same_names(map(str, codes.columns), "the codes")
    if missing := [name for name in PLACE if name not in codes]:
        raise StanceError(f"the codes have no column {missing[0]!r}; keep the columns of the sample that was drawn")
    paragraphs, codes = found.frame, plain_columns(codes)
    numbers = whole_numbers(Results(codes[PLACE], (), "paragraph", source="the codes"), ["paragraph"]).frame
    ids, wanted_ids = _plain_ids(paragraphs), _plain_ids(codes)
    wanted = pd.MultiIndex.from_arrays([wanted_ids, numbers["paragraph"]])
    # an index of millions takes seconds, and a few hundred are coded
    near = np.flatnonzero(ids.isin(wanted_ids))
    index = pd.MultiIndex.from_arrays([ids.iloc[near], paragraphs["paragraph"].iloc[near]])
    # what is not found has the number -1, and so the last
    places = np.append(near, -1)[index.get_indexer(wanted)].astype(np.int64)
    if (places < 0).any():
        article, paragraph = wanted[places < 0][0]
        more = f" (and {int((places < 0).sum()) - 1} more)" if (places < 0).sum() > 1 else ""
        raise StanceError(
            f"paragraph {paragraph} of article {article} is coded, but not in the results{more}; use the results that "
            "the sample was drawn from, and keep a spreadsheet from reading article_id as a number (007 as 7)"
        )
    if not wanted.is_unique:
        article, paragraph = wanted[wanted.duplicated()][0]
        raise StanceError(
            f"paragraph {paragraph} of article {article} is coded twice; keep one code for each paragraph"
        )
    if compare_texts and "text" in codes:
        texts = found.texts_at(places).astype(str)
        same = [_alike(mine, str(theirs)) for mine, theirs in zip(texts, codes["text"], strict=True)]
        if not all(same):
            article, paragraph = wanted[same.index(False)]
            raise StanceError(
                f"paragraph {paragraph} of article {article} has another text than the one coded; "
                "use the results that the sample was drawn from; "
                "if only a spreadsheet changed the text, delete the column text from the codes"
            )
    return places


def _alike(mine: str, theirs: str) -> bool:
    """Whether a text is one of the results, but for what a spreadsheet makes of it."""
    return _letters(theirs) in (_letters(mine), _letters(fit_cell(mine)))


def _letters(text: str) -> str:
    return _NOT_KEPT.sub("", text)
