"""A model as the flat arrays that the compiled kernel reads.

Every name in a vocabulary is taken apart once, here, by the grammar of `stance.model.anchored`, into a number that
names the term exactly; the kernel then never compares names. A name that the grammar can read in two ways gets both
numbers, and one that no text can yield gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.model.abstention import ENGLISH
from stance.model.analyzer import Analyzer
from stance.model.anchored import SCENES
from stance.model.arrays import join_names
from stance.model.items import NEGATING, NOT
from stance.model.kernel_layout import KernelTables, plain_layout
from stance.model.kernel_words import Keys, Spelt, Words, word_key
from stance.model.lexicon import CONTEXT, WEAK
from stance.model.stems import stem
from stance.model.weights import Weights

__all__ = ["CLAUSE_PATTERNS", "NEGATED_KEY", "compile_tables"]

# the enums of _kernel_model.h
_NGRAM, _PHRASE, _CLAUSE, _LEFT, _RIGHT, _NEAR_LEFT, _NEAR_RIGHT = range(1, 8)
_BONES2, _BONES3, _PAIR, _AMONG, _GROUP, _FACT, NEGATED_KEY = range(8, 15)
_MENTION, _CUE, _CONTEXT, _NEGATION, _WEAK = range(1, 6)
_ABROAD, _KNOWN, _ENGLISH, _BEGINS_MENTION = 1 << 27, 1 << 28, 1 << 29, 1 << 30
_SCENES = {scene: number for number, scene in enumerate(SCENES, start=1)}
_FACTS = {
    **{f"n={n}": n for n in range(1, 5)},
    **{name: 5 + i for i, name in enumerate(("at first", "not at first", "at last", "not at last"))},
    **{f"sentences={n}": 10 + n for n in range(1, 5)},
    **{scene: 14 + number for scene, number in _SCENES.items()},
}
# how names are made of symbols; `_Phrases.keys_of` reads them
_PATTERNS = {
    _LEFT: "{} ..*",
    _RIGHT: "* ..{}",
    _NEAR_LEFT: "{} {} ..*",
    _NEAR_RIGHT: "{} * ..{}",
    _BONES2: "{} {}",
    _BONES3: "{} {} {}",
    _PAIR: "{} + {}",
    _AMONG: "&{}",
}
#: The same for clause terms: what is put in is a stem.
CLAUSE_PATTERNS = {
    1: "{} ..*",
    2: "{} .*",
    3: "* ..{}",
    4: "* .{}",
    5: "!{} ..*",
    6: "!{} .*",
    7: "* ..!{}",
    8: "* .!{}",
}
_MOST_WORDS = 1 << 27
_MOST_SYMBOLS = 1 << 16


class _Phrases:
    """The trie of all phrases, and what each means."""

    def __init__(self, analyzer: Analyzer, words: Words, keys: dict[int, int]) -> None:
        self.symbols = {symbol: i for i, symbol in enumerate(("*", "~", ",", "^", "$", "!*"), start=1)}
        self.groups: list[dict[str, int]] = [{} for _ in analyzer.anchored_targets]
        self.values: dict[tuple[str, str], int] = {("", ""): 0}
        self.rows = [(0, 0, 0, 0, 0, 0)]
        self.roots: dict[int, int] = {}
        self.node_value, self.goes_on = [0], [False]
        self.begins_mention: set[int] = set()
        self._symbol_names: dict[int, str] = {}
        self._group_names: dict[int, str] = {}
        table = analyzer._phrases
        phrases = table.phrases if table is not None else {}
        for phrase, (target, group) in phrases.items():
            first, *rest = (words.id(word) for word in phrase)
            node = self.roots.get(first)
            if node is None:
                node = self.roots[first] = self._node()
            for word in rest:
                self.goes_on[node] = True
                node = self._next(keys, word_key(_PHRASE, 0, node, word))
            # a cue group without a name folds nothing, but its phrases are read as one item
            self.node_value[node] = self._value(analyzer, target, group)
            if target:
                self.begins_mention.add(first)
        names = [*self.symbols, *(group for groups in self.groups for group in groups)]
        self.blanks = any(" " in name for name in names)

    def _node(self) -> int:
        self.node_value.append(0)
        self.goes_on.append(False)
        return len(self.node_value) - 1

    def _next(self, keys: dict[int, int], key: int) -> int:
        if key not in keys:
            keys[key] = self._node()
        return keys[key]

    def _symbol(self, symbol: str) -> int:
        return self.symbols.setdefault(symbol, len(self.symbols) + 1)

    def _value(self, analyzer: Analyzer, target: str, group: str) -> int:
        if (target, group) in self.values and (target, group) != ("", ""):
            return self.values[target, group]
        if target:
            t = analyzer.anchored_targets.index(target)
            number = sum(map(len, self.groups))
            kind = _WEAK if group.startswith(WEAK) else _MENTION
            row = (kind, t, self.groups[t].setdefault(group, number), 0, 0, 0)
        elif not group:
            row = (0, 0, 0, 0, 0, 0)
        elif group.startswith(CONTEXT):
            row = (_CONTEXT, 0, 0, self._symbol(group), 0, 0)
        else:
            plain, negated = self._symbol(f"#{group}"), 0 if group == NOT else self._symbol(f"!{group}")
            row = (_NEGATION if group == NOT else _CUE, 0, 0, plain, negated, NEGATING.get(group, 0))
        self.rows.append(row)
        self.values[target, group] = len(self.rows) - 1
        return len(self.rows) - 1

    def keys_of(self, name: str, block: int, target: int) -> list[int]:
        """All readings of the name of an anchored term."""
        found = [_symbol_key(_FACT, block, _FACTS[name])] if name in _FACTS else []
        for parts in self._partings(name, target) if self.blanks else [name.split(" ")]:
            found += self._readings(parts, block, target)
        return found

    def _partings(self, name: str, target: int) -> Iterator[list[str]]:
        """Every way to take a name apart, as symbols and groups may have blanks in their names."""
        yield [name]
        blanks = [i for i, character in enumerate(name) if character == " "]
        for n, i in enumerate(blanks, start=1):
            first = name[:i]
            yield [first, name[i + 1 :]]
            if first == "is" or first in self.symbols or first in self.groups[target]:
                yield from ([first, name[i + 1 : j], name[j + 1 :]] for j in blanks[n:])

    def _readings(self, parts: list[str], block: int, target: int) -> list[int]:
        """The readings of a name that is taken apart."""
        symbols, groups = self.symbols, self.groups[target]
        found: list[int] = []
        first, last = parts[0], parts[-1]
        right = symbols.get(last[2:]) if last[:2] == ".." and len(parts) > 1 and parts[-2] == "*" else None
        if len(parts) == 1:
            if first[:1] == "&" and first[1:] in symbols:
                found.append(_symbol_key(_AMONG, block, symbols[first[1:]]))
        elif len(parts) == 2:
            if last == "..*" and first in symbols:
                found.append(_symbol_key(_LEFT, block, symbols[first]))
            if right is not None:
                found.append(_symbol_key(_RIGHT, block, right))
            if first == "is" and last in groups:
                found.append(_symbol_key(_GROUP, block, groups[last]))
            if first in symbols and last in symbols:
                found.append(_symbol_key(_BONES2, block, symbols[first], symbols[last]))
        elif len(parts) == 3:
            middle = parts[1]
            if first == "is" and middle in groups and last in _SCENES:
                found.append(_symbol_key(_GROUP, block, groups[middle], _SCENES[last]))
            if last == "..*" and first in groups and middle in symbols:
                found.append(_symbol_key(_NEAR_LEFT, block, groups[first], symbols[middle]))
            if right is not None and first in groups:
                found.append(_symbol_key(_NEAR_RIGHT, block, groups[first], right))
            if first in symbols and last in symbols:
                if middle == "+":
                    found.append(_symbol_key(_PAIR, block, symbols[first], symbols[last]))
                if middle in symbols:
                    found.append(_symbol_key(_BONES3, block, symbols[first], symbols[middle], symbols[last]))
        return found

    def name_of(self, key: int) -> str:
        """The name of an anchored term: one reading back."""
        if not self._symbol_names:
            self._symbol_names = {number: symbol for symbol, number in self.symbols.items()}
            self._group_names = {number: group for groups in self.groups for group, number in groups.items()}
        kind, a, b, c = key >> 60, key >> 32 & 0x3FFFFF, key >> 16 & 0xFFFF, key & 0xFFFF
        if kind == _FACT:
            return next(name for name, fact in _FACTS.items() if fact == a)
        first = self._group_names[a] if kind in (_GROUP, _NEAR_LEFT, _NEAR_RIGHT) else self._symbol_names[a]
        if kind == _GROUP:
            return f"is {first} {SCENES[b - 1]}" if b else f"is {first}"
        second, third = self._symbol_names.get(b, ""), self._symbol_names.get(c, "")
        return _PATTERNS[kind].format(first, second, third)


def _symbol_key(kind: int, block: int, a: int, b: int = 0, c: int = 0) -> int:
    return kind << 60 | block << 54 | a << 32 | b << 16 | c


def compile_tables(analyzer: Analyzer, weights: Weights) -> KernelTables:
    """Lay a model out for the kernel.

    Parameters
    ----------
    analyzer : Analyzer
        Its settings and lexicons.
    weights : Weights
        Its vocabulary and numbers.

    Returns
    -------
    KernelTables

    Raises
    ------
    ValueError
        If the model has more words, phrases or symbols than the kernel has numbers for.
    """
    settings = analyzer.settings
    words, keys = Words(), Keys()
    # rows go by IDF, so that the numbers of frequent terms lie side by side and stay in the cache
    first = weights.blocks[0]
    order = np.argsort(first.idf, kind="stable")
    grams = words.spell([first.terms[column] for column in order.tolist()])
    phrases = _Phrases(analyzer, words, keys.single)
    for word in sorted(ENGLISH | analyzer.abroad):
        words.id(word)
    first_anchored = len(analyzer.block_names) - 2 * len(analyzer.anchored_targets)
    # every word of the anchored blocks must have its id before block 0 lays out its rows by id
    for t in range(len(analyzer.anchored_targets)):
        b = first_anchored + 2 * t
        for name, column in weights.blocks[b].columns.items():
            keys.single.update(dict.fromkeys(phrases.keys_of(name, b, t), column + 1))
        for name, column in weights.blocks[b + 1].columns.items():
            for side, word in _clause_readings(name):
                keys.single[word_key(_CLAUSE, b + 1, side, words.id(word))] = column + 1
    for term in first.terms:
        if term[:1] == "!" and " " not in term:
            keys.single[word_key(NEGATED_KEY, 0, 0, words.id(term[1:]))] = words.id(term)
    columns = _word_rows(grams, order, settings.word_ngrams, len(words.ids), keys)
    known = grams.of_length(1)[1][:, 0].astype(np.int64)
    all_keys, key_rows = keys.arrays()
    if len(columns) >= _MOST_WORDS or len(phrases.symbols) >= _MOST_SYMBOLS or len(phrases.rows) >= _MOST_SYMBOLS:
        raise ValueError("the model has more words, phrases or classes than the kernel has numbers for")
    arrays = {"keys": all_keys, "key_rows": key_rows, **_word_arrays(known, words, phrases, analyzer.abroad)}
    if settings.char_ngrams is not None:
        arrays["character_bytes"], arrays["character_ends"] = join_names(weights.blocks[1].terms)
    return KernelTables(
        blocks=[plain_layout(b.idf, b.coef, None if i else columns) for i, b in enumerate(weights.blocks)],
        weights=[float(block.weight) for block in weights.blocks],
        arrays=arrays,
        intercept=np.ascontiguousarray(weights.intercept, dtype=np.float64),
        sublinear=settings.sublinear_tf,
        window=min(max(settings.window, 0), 2**31),
        word_ngrams=settings.word_ngrams,
        char_ngrams=settings.char_ngrams,
        targets=len(analyzer.anchored_targets),
        groups=sum(map(len, phrases.groups)),
        phrases=phrases,
    )


def _clause_readings(name: str) -> list[tuple[int, str]]:
    """Side and stem of a clause term, as `CLAUSE_PATTERNS` writes them; ``* ..*`` has two readings."""
    first, _, last = name.partition(" ")
    found = []
    if last == "..*":
        found.append((1, first))
    elif last == ".*":
        found.append((2, first))
    if first == "*" and last[:2] == "..":
        found.append((3, last[2:]))
    elif first == "*" and last[:1] == ".":
        found.append((4, last[1:]))
    found = [(side + 4, word[1:]) if word[:1] == "!" else (side, word) for side, word in found]
    return [(side, word) for side, word in found if word and word[0] != "." and " " not in word and "\0" not in word]


def _word_rows(
    grams: Spelt, order: npt.NDArray[np.int64], word_ngrams: tuple[int, int], words: int, keys: Keys
) -> npt.NDArray[np.int64]:
    """The column of each row of block 0, -1 if none: first a row for every word, then one for every longer n-gram."""
    least, most = word_ngrams
    columns = np.full(words + 1, -1)
    if least == 1:
        which, single = grams.of_length(1)
        columns[single[:, 0].astype(np.int64)] = order[which]
    if most == 1:
        return columns
    which, pairs = grams.of_length(2)
    if least > 2:
        which, pairs = which[:0], pairs[:0]
    row_of_pair = np.arange(len(columns), len(columns) + len(which))
    keys.add_pairs(_NGRAM, 0, pairs, row_of_pair)
    rows = dict(zip(map(tuple, pairs.tolist()), row_of_pair.tolist(), strict=True)) if most > 2 else {}
    longer = np.concatenate([columns, order[which]]).tolist()
    for n in range(3, most + 1):
        for i, ids in zip(*(part.tolist() for part in grams.of_length(n)), strict=True):
            row = ids[0]
            for end in range(2, n + 1):
                # an n-gram whose beginning is not in the vocabulary needs a row to go through
                gram = tuple(ids[:end])
                if gram not in rows:
                    rows[gram] = len(longer)
                    keys.single[word_key(_NGRAM, 0, row, ids[end - 1])] = len(longer)
                    longer.append(-1)
                row = rows[gram]
            if n >= least:
                longer[row] = int(order[i])
    return np.array(longer, dtype=np.int64)


def _word_arrays(
    known: npt.NDArray[np.int64], words: Words, phrases: _Phrases, abroad: Iterable[str]
) -> dict[str, npt.NDArray[Any]]:
    word_bytes, word_ends = join_names(words.ids)
    flags = np.zeros(len(words.ids) + 1, dtype=np.uint32)
    flags[known] |= _KNOWN
    flags[[words.ids[word] for word in ENGLISH]] |= _ENGLISH
    flags[list(phrases.begins_mention)] |= _BEGINS_MENTION
    flags[[words.ids[word] for word in abroad]] |= _ABROAD
    return {
        "word_bytes": word_bytes,
        "word_ends": word_ends,
        "word_flags": flags,
        "stem_of_word": _by_id({i: words.ids.get(stem(word), 0) for word, i in words.ids.items()}, len(words.ids)),
        "phrase_of_word": _by_id(phrases.roots, len(words.ids)),
        "node_value": np.array(phrases.node_value, dtype=np.uint16),
        "node_goes_on": np.array(phrases.goes_on, dtype=np.uint8),
        "values": np.array(phrases.rows, dtype=np.uint16),
    }


def _by_id(values: dict[int, int], ids: int) -> npt.NDArray[np.uint32]:
    result = np.zeros(ids + 1, dtype=np.uint32)
    result[list(values)] = list(values.values())
    return result
