"""Scores to flat records: one a paragraph, or one an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.articles import Article
from stance.articles.encoding import clean_surrogates
from stance.errors import ArgumentError, StanceError, kind_of
from stance.labels import JOINT, Target, check_targets, has_joint, joint_kind, net_stance
from stance.model.abstention import Reason
from stance.model.deciding import words_cell
from stance.model.scores import ParagraphScore

if TYPE_CHECKING:
    import pandas as pd

    from stance.model.stance_model import StanceModel

__all__ = [
    "article_columns",
    "article_record",
    "paragraph_columns",
    "paragraph_records",
    "to_frame",
]

Record = dict[str, Any]


def _about_columns(clusters: bool, keep: Sequence[str]) -> dict[str, type]:
    columns: dict[str, type] = {"article_id": str, "title": str, "date": str, "outlet": str}
    return columns | ({"cluster": str} if clusters else {}) | dict.fromkeys(keep, str)


def _about(article: Article, clusters: bool) -> Record:
    """What every record says of its article: the values of `_about_columns`."""
    return {
        "article_id": article.id,
        "title": article.title,
        "date": article.date,
        "outlet": article.outlet,
        **({"cluster": article.cluster} if clusters else {}),
        **dict(article.kept),
    }


def paragraph_columns(
    targets: Sequence[Target],
    explained: bool = False,
    *,
    clusters: bool = False,
    speakers: bool = False,
    keep: Sequence[str] = (),
) -> dict[str, type]:
    """Names and types of the columns of `paragraph_records`."""
    columns = _about_columns(clusters, keep) | {"paragraph": int, "start": int, "end": int, "text": str}
    for target in targets:
        columns |= {target.name: str, f"{target.name}_probability": float}
        columns |= {f"{target.name}_p_{label}": float for label in target.labels}
        columns[f"{target.name}_abstained"] = str
        if explained:
            columns[f"{target.name}_words"] = str
    if speakers:
        from stance.speakers import speech_columns

        columns |= speech_columns()
    return columns


def paragraph_records(
    article: Article,
    scores: Iterable[ParagraphScore],
    explained_by: StanceModel | None = None,
    *,
    clusters: bool = False,
    speakers: bool = False,
) -> list[Record]:
    """One flat record a paragraph.

    Parameters
    ----------
    article : Article
        What was scored.
    scores : iterable of ParagraphScore
        As `StanceModel.score` returns them.
    clusters : bool
        Whether the cluster of near copies that the article belongs to was looked for.
    speakers : bool
        Whether to add who speaks, as `stance.speakers.speech_records` has it.
    explained_by : StanceModel, optional
        The model that gave the scores; it adds ``TARGET_words``.

    Returns
    -------
    list of dict
        ``article_id``, ``title``, ``date``, ``outlet``, ``cluster`` if it was looked for, what is kept,
        ``paragraph``, ``start``, ``end``, ``text``; then for every
        target its label (``None`` where the model abstained), ``TARGET_probability``, ``TARGET_p_LABEL`` and
        ``TARGET_abstained`` (the reason). A probability that does not exist is ``None``. ``TARGET_words`` holds the
        deciding words as JSON, ``[[start, end, value], ...]``, with offsets into the article; ``None`` where there is
        no label or the paragraph is not about the target.
    """
    records, about = [], _about(article, clusters)
    if speakers:
        from stance.speakers import speech_records

        # a turn may have begun paragraphs before; scores are taken one by one, for a caller may end them
        all_ = article.paragraphs
        texts, starts, marks = [p.text for p in all_], [p.start for p in all_], [p.boilerplate for p in all_]
        speech = enumerate(speech_records(texts, starts, marks))
    for score in scores:
        paragraph = score.paragraph
        record: Record = {
            **about,
            "paragraph": paragraph.index,
            "start": paragraph.start,
            "end": paragraph.end,
            "text": paragraph.text,
        }
        for name, stance in score.stances.items():
            record[name] = stance.label
            record[f"{name}_probability"] = _number(stance.probability)
            for label, probability in stance.probabilities.items():
                record[f"{name}_p_{label}"] = _number(probability)
            record[f"{name}_abstained"] = None if stance.abstained is None else str(stance.abstained)
            if explained_by is not None:
                cell = words_cell(explained_by.stretches, paragraph.text, paragraph.start, name, stance.label)
                record[f"{name}_words"] = cell
        if speakers:
            record |= next(spoken for index, spoken in speech if index == paragraph.index)
        records.append(record)
    return records


def article_columns(targets: Sequence[Target], *, clusters: bool = False, keep: Sequence[str] = ()) -> dict[str, type]:
    """Names and types of the columns of `article_record`."""
    columns = _about_columns(clusters, keep) | {"paragraphs": int, "abstained": int, "boilerplate": int}
    for target in targets:
        columns |= {f"{target.name}_{label}": int for label in target.labels}
        columns |= {f"{target.name}_share_{label}": float for label in target.related}
        columns |= {f"{target.name}_net": float, f"{target.name}_net_se": float}
    if has_joint(targets):
        columns |= dict.fromkeys(JOINT, int)
    return columns


def article_record(
    article: Article, scores: Sequence[ParagraphScore], targets: Sequence[Target], *, clusters: bool = False
) -> Record:
    """One record an article: how many paragraphs take each stance (classify and count).

    Parameters
    ----------
    article : Article
        What was scored.
    scores : sequence of ParagraphScore
        All its paragraphs.
    targets : sequence of Target
        What the model reads.
    clusters : bool
        Whether the cluster of near copies that the article belongs to was looked for.

    Returns
    -------
    dict
        ``paragraphs`` counts all, ``abstained`` those that the model gave no label, ``boilerplate`` those that are not
        the article's; ``TARGET_LABEL`` counts each label,
        ``TARGET_share_LABEL`` is its share of the related paragraphs, and ``TARGET_net`` is (favor - against) /
        related, from -1 to 1, with ``TARGET_net_se``, its standard error over paragraphs. The `JOINT` columns count
        paragraphs that have a label for both sanctions and diplomacy and are related to one at least. What cannot be
        divided is ``None``. These are counts of a classifier's labels: its errors do not cancel out.
    """
    record: Record = {
        **_about(article, clusters),
        "paragraphs": len(scores),
        "abstained": sum(score.abstained not in (None, Reason.BOILERPLATE) for score in scores),
        "boilerplate": sum(score.abstained is Reason.BOILERPLATE for score in scores),
    }
    for target in targets:
        name = target.name
        counts = Counter(score.stances[name].label for score in scores)
        record |= {f"{name}_{label}": counts[label] for label in target.labels}
        related = sum(counts[label] for label in target.related)
        record |= {f"{name}_share_{label}": counts[label] / related if related else None for label in target.related}
        record |= {f"{name}_net": None, f"{name}_net_se": None}
        if target.sides is not None:
            favor, against = target.sides
            net, error = net_stance(counts[favor], counts[against], related)
            record |= {f"{name}_net": _number(float(net)), f"{name}_net_se": _number(float(error))}
    if has_joint(targets):
        both = [(score.stances["sanctions"].label, score.stances["diplomacy"].label) for score in scores]
        found = Counter(joint_kind(*labels) for labels in both)
        record |= {name: found[name] for name in JOINT}
    return record


def to_frame(article: Article | str, scores: Iterable[ParagraphScore], targets: Sequence[Target] = ()) -> pd.DataFrame:
    """The scores of one article as a pandas data frame.

    With `targets`, columns and their types are the same whatever the article says, so that frames of many articles may
    be put into one, and an empty one tells Dask what comes.

    Parameters
    ----------
    article : Article or str
        What was scored.
    scores : iterable of ParagraphScore
        As `StanceModel.score` returns them.
    targets : sequence of Target, optional
        What the model reads, `StanceModel.targets`: without a paragraph the scores do not tell it, and the frame would
        lack the columns of the targets.

    Returns
    -------
    pandas.DataFrame
        One row a paragraph: ``article_id``, ``title``, ``date``, ``outlet``, what is kept, ``paragraph`` (its place,
        from 0), ``start``, ``end``, ``text``; then for every target its label, ``TARGET_probability``,
        ``TARGET_p_LABEL`` and ``TARGET_abstained``, the reason. Text is of the type that pandas gives it, and a label
        or a reason that does not exist is missing; probabilities are floats, NaN where the paragraph was not scored.
        Half a character (a lone surrogate) becomes U+FFFD, so offsets stay.

    Raises
    ------
    StanceError
        If the scores are those of another text, or what is kept has the name of another column.
    ArgumentError
        If it is given something else.

    Examples
    --------
    >>> to_frame("", [], [Target("tax", ("favor", "against"))]).columns[-3:].tolist()
    ['tax_p_favor', 'tax_p_against', 'tax_abstained']
    """
    import pandas as pd

    if isinstance(article, str):
        article = Article(id="article", text=article)
    if not isinstance(article, Article):
        raise ArgumentError(f"this takes an Article or its text, not {kind_of(article)}")
    scores = list(scores) if isinstance(scores, Iterable) else [scores]
    _check_scores(article, scores)
    check_targets(targets)
    if scores:
        targets = [Target(name, tuple(stance.probabilities)) for name, stance in scores[0].stances.items()]
    own, kept = paragraph_columns(targets), [name for name, _ in article.kept]
    if twice := [name for name in kept if name in own]:
        raise StanceError(f"article {article.id}: {twice[0]!r} cannot be kept, results have a column of that name")
    records = paragraph_records(article, scores)
    words: Any = pd.Series(["text"]).dtype
    filled: dict[str, Any] = {}
    for name, kind in paragraph_columns(targets, keep=kept).items():
        values = [record[name] for record in records]
        # the types are ours to say: pandas would take a column without a value for one of objects
        if kind is str:
            # half a character is none that pandas or a file takes
            values = [clean_surrogates(value) if isinstance(value, str) else value for value in values]
            filled[name] = pd.array(values, dtype=words)
        else:
            filled[name] = np.array(values, dtype=np.int64 if kind is int else np.float64)
    return pd.DataFrame(filled)


def _check_scores(article: Article, scores: Iterable[object]) -> None:
    for score in scores:
        if not isinstance(score, ParagraphScore):
            raise ArgumentError(f"this takes what `StanceModel.score` returns, not {kind_of(score)}")
        paragraph = score.paragraph
        if article.text[paragraph.start : paragraph.end] != paragraph.text:
            raise StanceError(f"article {article.id}: the scores are of another text, in paragraph {paragraph.index}")


def _number(value: float) -> float | None:
    return None if value != value else value
