"""Stance of paragraphs on sanctions and on diplomacy.

Examples
--------
>>> import stance
>>> model = stance.load_model()
>>> scores = model.score("The minister called for an end to the sanctions.")
>>> scores[0].paragraph.text
'The minister called for an end to the sanctions.'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from stance.articles import Article, Columns, Paragraph, Quarantined, read_articles, split_paragraphs
    from stance.batch.counts import Counts
    from stance.errors import (
        ArgumentError,
        ArticleError,
        CorpusError,
        IncompatibleModelError,
        MissingDependencyError,
        ModelError,
        StanceError,
    )
    from stance.labels import LABELS, Target
    from stance.model.abstention import Reason
    from stance.model.artefact import load_model, save_model
    from stance.model.deciding import Stretch
    from stance.model.explanation import Contribution, Explanation
    from stance.model.scores import ParagraphScore, Scores, TargetScore
    from stance.model.stance_model import StanceModel
    from stance.results.differences import compare_groups
    from stance.results.export import save_results
    from stance.results.notebook import Page, show
    from stance.results.outcomes import regression_outcomes
    from stance.results.planning import expected_intervals
    from stance.results.prevalence import estimate_prevalence
    from stance.results.records import to_frame
    from stance.results.rollup import roll_up
    from stance.results.sampling import draw_sample, read_codes
    from stance.results.saved import read_results
    from stance.results.scored import Results
    from stance.results.scoring import score_frame

__all__ = [
    "LABELS",
    "ArgumentError",
    "Article",
    "ArticleError",
    "Columns",
    "Contribution",
    "CorpusError",
    "Counts",
    "Explanation",
    "IncompatibleModelError",
    "MissingDependencyError",
    "ModelError",
    "Page",
    "Paragraph",
    "ParagraphScore",
    "Quarantined",
    "Reason",
    "Results",
    "Scores",
    "StanceError",
    "StanceModel",
    "Stretch",
    "Target",
    "TargetScore",
    "compare_groups",
    "draw_sample",
    "estimate_prevalence",
    "expected_intervals",
    "load_model",
    "read_articles",
    "read_codes",
    "read_results",
    "regression_outcomes",
    "roll_up",
    "save_model",
    "save_results",
    "score_frame",
    "show",
    "split_paragraphs",
    "to_frame",
]

_HOMES = {
    "stance.articles": ("Article", "Columns", "Paragraph", "Quarantined", "read_articles", "split_paragraphs"),
    "stance.batch.counts": ("Counts",),
    "stance.errors": (
        "ArgumentError",
        "ArticleError",
        "CorpusError",
        "IncompatibleModelError",
        "MissingDependencyError",
        "ModelError",
        "StanceError",
    ),
    "stance.labels": ("LABELS", "Target"),
    "stance.model.abstention": ("Reason",),
    "stance.model.artefact": ("load_model", "save_model"),
    "stance.model.deciding": ("Stretch",),
    "stance.model.explanation": ("Contribution", "Explanation"),
    "stance.model.scores": ("ParagraphScore", "Scores", "TargetScore"),
    "stance.model.stance_model": ("StanceModel",),
    "stance.results.differences": ("compare_groups",),
    "stance.results.export": ("save_results",),
    "stance.results.notebook": ("Page", "show"),
    "stance.results.outcomes": ("regression_outcomes",),
    "stance.results.planning": ("expected_intervals",),
    "stance.results.prevalence": ("estimate_prevalence",),
    "stance.results.records": ("to_frame",),
    "stance.results.rollup": ("roll_up",),
    "stance.results.sampling": ("draw_sample", "read_codes"),
    "stance.results.saved": ("read_results",),
    "stance.results.scored": ("Results",),
    "stance.results.scoring": ("score_frame",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:
    # to a type checker any name would be an attribute
    def __getattr__(name: str) -> Any:
        # looked up on first use, so that `import stance` costs next to nothing
        import importlib

        if name not in _HOME_OF:
            raise AttributeError(f"module 'stance' has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOME_OF[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    # what is public, and what modules have: a notebook lists it as one types
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
