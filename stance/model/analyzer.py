"""The analyzer: a paragraph to the terms of every block. Training and scoring both read text through it.

This module is the specification; a compiled analyzer must yield the same terms with the same spans.

Blocks
------
``words``
    Word n-grams of the whole paragraph. A word that is negated in a sentence with a mention counts as another one,
    ``!lift`` for ``lift``; in longer n-grams it stays as it is.
``characters``
    Character n-grams within blank-separated words padded by one blank (scikit-learn's ``char_wb``);
    for short texts without a lexicon.
``around TARGET``
    Anchored terms: what stands around each mention of the target, within its sentence. See
    `stance.model.anchored`.
``clauses of TARGET``
    Stems of the words around each mention within its clause, by side and nearness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

from stance.errors import IncompatibleModelError
from stance.model.anchored import SCENES, anchored_terms, clause_terms
from stance.model.items import Item, PhraseTable, read_sentences
from stance.model.lexicon import Lexicon
from stance.model.tokens import Token, fold, positions, tokenize

__all__ = ["BLOCK_KINDS", "Analysis", "Analyzer", "Settings", "Term"]

#: First words of the names of blocks.
BLOCK_KINDS = ("words", "characters", "around", "clauses")

#: No n-gram of a model that is loaded is longer: a manifest may come from anybody.
LONGEST = 16

_PIECE = re.compile(r"\S+")


class Term(NamedTuple):
    """A term and where the text that made it stands: ``text[start:end]``."""

    name: str
    start: int
    end: int


class Analysis(NamedTuple):
    """What the analyzer found in one paragraph.

    Attributes
    ----------
    tokens : list of Token
        Its words.
    blocks : list of list of Term
        For each of `Analyzer.block_names` its terms in text order, repeated as often as they occur.
    mentioned : int
        Bits: which of `Analyzer.anchored_targets` it mentions, the first one the lowest.
    """

    tokens: list[Token]
    blocks: list[list[Term]]
    mentioned: int


@dataclass(frozen=True, slots=True)
class Settings:
    """How text is turned into terms and terms into features.

    Parameters
    ----------
    word_ngrams : tuple of int
        Least and greatest length of word n-grams.
    char_ngrams : tuple of int or None
        The same for character n-grams; ``None`` leaves the block out.
    anchored : bool
        Whether targets that have a lexicon get a block of anchored terms.
    window : int
        How many items on either side of a mention are read.
    min_df : int
        A term that stands in fewer training paragraphs is dropped.
    sublinear_tf : bool
        Replace a count ``n`` by ``1 + ln n``.
    word_idf_constant : float
        What is added to ``ln((1 + n) / (1 + df))`` for word n-grams; sums below 0 are 0. With 1 it is scikit-learn's
        IDF; with -1 a word counts for nothing that more than ``1 / e`` of the paragraphs have.
    word_weight, char_weight, anchored_weight, clause_weight : float
        Length of a paragraph's vector in each block.
    """

    word_ngrams: tuple[int, int] = (1, 2)
    char_ngrams: tuple[int, int] | None = None
    anchored: bool = True
    window: int = 8
    min_df: int = 2
    sublinear_tf: bool = True
    word_idf_constant: float = 1.0
    word_weight: float = 1.0
    char_weight: float = 1.0
    anchored_weight: float = 0.7
    clause_weight: float = 0.7

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Rebuild settings from a manifest.

        Raises
        ------
        IncompatibleModelError
            If a setting is unknown here, or not of its kind.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        if unknown := values.keys() - kinds.keys():
            raise IncompatibleModelError(f"the model uses settings that this version lacks: {sorted(unknown)}")
        try:
            clean: dict[str, Any] = {}
            for name, value in values.items():
                # to Python, true and false are numbers, too; a whole number will do for any other
                also = list if name.endswith("_ngrams") else int if kinds[name] is float else kinds[name]
                if type(value) not in (kinds[name], also) or (isinstance(value, list) and {*map(type, value)} != {int}):
                    raise TypeError(f"{name} is {value!r:.40}")
                clean[name] = tuple(value) if isinstance(value, list) else value
            settings = cls(**clean)
            lengths = [settings.word_ngrams, *([] if settings.char_ngrams is None else [settings.char_ngrams])]
            if not all(1 <= least <= most <= LONGEST for least, most in lengths):
                raise ValueError(f"n-grams are of 1 to {LONGEST} words or characters")
            if not 0 <= settings.window < 2**31:
                raise ValueError("window is out of range")
            return settings
        except (TypeError, ValueError) as error:
            raise IncompatibleModelError(f"the model's settings cannot be read: {error}") from error


class Analyzer:
    """Turns a paragraph into the terms of every block.

    Parameters
    ----------
    settings : Settings
        Which blocks, and how wide.
    lexicons : mapping of str to Lexicon
        Target name to how a text mentions it.
    cues : Lexicon or None
        Cue words around the mentions.

    Examples
    --------
    >>> analyzer = Analyzer(Settings(), {"sanctions": Lexicon({"core": ["sanctions"]})}, Lexicon({"lift": ["lift"]}))
    >>> analyzer.block_names
    ['words', 'around sanctions', 'clauses of sanctions']
    >>> words, around, clauses = analyzer.analyze("They lift sanctions.").blocks
    >>> words[0]
    Term(name='they', start=0, end=4)
    """

    def __init__(
        self,
        settings: Settings | None = None,
        lexicons: Mapping[str, Lexicon] | None = None,
        cues: Lexicon | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.lexicons = dict(lexicons or {})
        self.cues = cues
        self.anchored_targets = list(self.lexicons) if self.settings.anchored else []
        self.block_names = ["words"]
        if self.settings.char_ngrams is not None:
            self.block_names.append("characters")
        for target in self.anchored_targets:
            self.block_names += [f"around {target}", f"clauses of {target}"]

    @cached_property
    def _phrases(self) -> PhraseTable | None:
        # made when first needed: the compiled kernel has tables of its own
        return PhraseTable(self.lexicons, self.cues) if self.anchored_targets else None

    @cached_property
    def abroad(self) -> frozenset[str]:
        """Words that tell a paragraph about other states from one about home; none if the lexicons do not say."""
        return self.cues.abroad if self.cues is not None and self.anchored_targets else frozenset()

    @property
    def block_weights(self) -> list[float]:
        """The weight of each block, in the order of `block_names`."""
        s = self.settings
        weights = {"words": s.word_weight, "characters": s.char_weight, "around": s.anchored_weight}
        return [weights.get(name.split()[0], s.clause_weight) for name in self.block_names]

    def blocks_of(self, target: str) -> list[int]:
        """The blocks that inform a target: all but those of another target's mentions."""
        own = ("words", "characters", f"around {target}", f"clauses of {target}")
        return [b for b, name in enumerate(self.block_names) if name in own]

    def analyze(self, text: str) -> Analysis:
        """Read one paragraph.

        Parameters
        ----------
        text : str
            The paragraph.

        Returns
        -------
        Analysis
        """
        tokens = tokenize(text)
        sentences = read_sentences(tokens, self._phrases) if self._phrases is not None else []
        blocks = [list(_word_ngrams(tokens, *self.settings.word_ngrams, _negated_tokens(sentences)))]
        if self.settings.char_ngrams is not None:
            blocks.append(list(_char_ngrams(text, *self.settings.char_ngrams)))
        mentioned = 0
        scene = SCENES[not any(token.word in self.abroad for token in tokens)] if self.abroad else ""
        for bit, target in enumerate(self.anchored_targets):
            around = [Term(*term) for term in anchored_terms(sentences, target, self.settings.window, scene)]
            mentioned |= bool(around) << bit
            blocks += [around, [Term(*term) for term in clause_terms(sentences, target)]]
        return Analysis(tokens, blocks, mentioned)


def _negated_tokens(sentences: list[list[Item]]) -> set[int]:
    """Numbers of the tokens that are negated in a sentence with a mention."""
    negated: set[int] = set()
    i = 0
    for sentence in sentences:
        mentions = any(item.target for item in sentence)
        for item in sentence:
            if mentions and item.negated:
                negated.update(range(i, i + item.length))
            i += item.length
    return negated


def _word_ngrams(tokens: list[Token], least: int, most: int, negated: set[int]) -> Iterator[Term]:
    for n in range(least, most + 1):
        for i in range(len(tokens) - n + 1):
            run = tokens[i : i + n]
            mark = "!" if n == 1 and i in negated else ""
            yield Term(mark + " ".join(token.word for token in run), run[0].start, run[-1].end)


def _char_ngrams(text: str, least: int, most: int) -> Iterator[Term]:
    folded, place = fold(text), positions(text)
    for match in _PIECE.finditer(folded):
        start, end = match.span()
        padded = f" {match.group()} "
        for n in range(least, most + 1):
            count = max(1, len(padded) - n + 1)
            for i in range(count):
                # the blanks are no characters of the text
                left, right = max(start + i - 1, start), min(start + i - 1 + n, end)
                span = left, right
                if place is not None:
                    span = place[left], place[right - 1] + 1 if left < right else place[left]
                yield Term(padded[i : i + n], *span)
            if count == 1:
                break
