"""What each block is worth: macro-F1 held out on the corpus and, with --eval, on a file of other text; probes passed.

    python benchmarks/ablation.py [--eval FILE] [--corpus data] [--only VARIANT ...]

Two ways to hold out: by article, as training does, and by file of the corpus, as files differ in their writers.
Settings, C and class weights are those of the default model.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from stance.model.analyzer import Settings
from stance.model.artefact import load_model
from stance.model.items import NEGATING
from stance.model.lexicon import ABROAD, CONTEXT, WEAK, Lexicon
from stance.training.corpus import Corpus
from stance.training.corpus_files import CorpusColumns, read_corpus
from stance.training.evaluate import evaluate_model
from stance.training.fit import fit_model
from stance.training.logistic import choices_of
from stance.training.probes import read_probes, run_probes
from stance.training.record import evaluate_held_out


def _with_cues(corpus: Corpus, wanted: Callable[[str], bool]) -> Corpus:
    """The corpus with some groups of its cues."""
    groups = corpus.cues.groups if corpus.cues else {}
    return replace(corpus, cues=Lexicon({k: v for k, v in groups.items() if wanted(k)}))


def _negating_nothing(corpus: Corpus) -> Corpus:
    """The corpus with the same classes of cues, those that negate under other names."""
    groups = corpus.cues.groups if corpus.cues else {}
    return replace(corpus, cues=Lexicon({f"{k}_" if k in NEGATING else k: v for k, v in groups.items()}))


def _all_mentions_alike(corpus: Corpus) -> Corpus:
    """The corpus with its weak mentions among the others."""
    lexicons = {}
    for target, lexicon in corpus.lexicons.items():
        groups: dict[str, list[str]] = {}
        for group, patterns in lexicon.groups.items():
            groups.setdefault(group.removeprefix(WEAK), []).extend(patterns)
        lexicons[target] = Lexicon(groups)
    return replace(corpus, lexicons=lexicons)


def _by_file(corpus: Corpus) -> Corpus:
    """The corpus with every file as one article, so that folds hold out whole files."""
    return replace(corpus, examples=tuple(replace(e, article=Path(e.path).stem) for e in corpus), calibration=())


def main() -> None:
    """Fit every variant and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", help="a flat corpus with a column a target")
    parser.add_argument("--corpus", default="data")
    parser.add_argument("--only", nargs="+", metavar="VARIANT", help="such as 'all blocks' 'no marked words'")
    given = parser.parse_args()
    default = load_model()
    base, choices = default.analyzer.settings, choices_of(default.facts)
    corpus = read_corpus(given.corpus)
    if {target.name for target in corpus.targets} != set(choices):
        parser.error(f"the targets of {given.corpus} are not those of the default model")
    # one file is faster; the shift, and so labels without a mention, differ a little from those by all files
    corpus = replace(corpus, calibration=corpus.calibration[:1])
    other = read_corpus(given.eval, CorpusColumns(known=tuple(corpus.targets))) if given.eval else None
    variants: dict[str, tuple[Corpus, Settings]] = {
        "all blocks": (corpus, base),
        "words and pairs only": (corpus, replace(base, anchored=False)),
        "no words of the paragraph": (corpus, replace(base, word_weight=1e-6)),
        "no pairs of words": (corpus, replace(base, word_ngrams=(1, 1))),
        "terms in 2 paragraphs or more": (corpus, replace(base, min_df=2)),
        "nothing negated": (_negating_nothing(corpus), base),
        "all mentions alike": (_all_mentions_alike(corpus), base),
        "other senses are mentions": (_with_cues(corpus, lambda group: group != "other_sense"), base),
        "common words count": (corpus, replace(base, word_idf_constant=1.0)),
        "no clause terms": (corpus, replace(base, clause_weight=1e-6)),
        "no anchored terms": (corpus, replace(base, anchored_weight=1e-6)),
        "no context classes": (_with_cues(corpus, lambda group: not group.startswith(CONTEXT)), base),
        "no cue classes": (_with_cues(corpus, lambda group: group.startswith(ABROAD)), base),
        "no scene": (_with_cues(corpus, lambda group: not group.startswith(ABROAD)), base),
        "window of 15": (corpus, replace(base, window=15)),
        "no marked words": (corpus.unmarked(), base),
    }
    chosen = given.only or list(variants)
    if unknown := next((name for name in chosen if name not in variants), None):
        parser.error(f"no variant {unknown!r}; there are {', '.join(variants)}")
    columns = ["by article", "by file", *(["eval"] if other else [])]
    print(f"{'':<30}" + "".join(f"{target.name:^{11 * len(columns)}}" for target in corpus.targets))
    heads = columns * len(corpus.targets) + ["probes"]
    print(f"{'macro-F1':<30}" + "".join(f"{head:>11}" for head in heads))
    probes = read_probes(Path(given.corpus) / "probes")
    for label in chosen:
        variant, settings = variants[label]
        result, by_file = fit_model(variant, settings, choices), _by_file(variant)
        measured = [evaluate_held_out(result.probabilities, variant)]
        measured.append(evaluate_held_out(fit_model(by_file, settings, choices).probabilities, by_file))
        if other is not None:
            measured.append(evaluate_model(result.model, other))
        values = [found.metrics["macro_f1"].value for of_target in zip(*measured, strict=True) for found in of_target]
        passed, n = run_probes(result.model, probes).total
        print(f"{label:<30}" + "".join(f"{value:>11.3f}" for value in (*values, passed / n)), flush=True)


if __name__ == "__main__":
    main()
