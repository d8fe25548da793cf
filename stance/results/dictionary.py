"""The column dictionary: what stands beside every export, for people and for programs.

It is a Data Package descriptor (https://datapackage.org), with one more key, ``stance``: the model that gave the
scores and what became of everything that was read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

from stance import __version__
from stance.articles.own_files import DICTIONARY, PARTS
from stance.batch.counts import Counts
from stance.batch.files import write_whole
from stance.errors import expect
from stance.labels import JOINT, Target, scored_targets
from stance.results.levels import OF_PARAGRAPHS

__all__ = [
    "CLASSIFY_AND_COUNT",
    "WHO_SPEAKS",
    "Column",
    "check_facts",
    "describe_columns",
    "dictionary_path",
    "is_own_name",
    "model_facts",
    "write_dictionary",
]

#: Said wherever shares are shown.
CLASSIFY_AND_COUNT = (
    "These are classify-and-count figures: shares of the labels that a model gave, among related paragraphs (those of "
    "a prevalence are among all paragraphs). The model's errors do not cancel out, and standard errors cover only "
    "sampling (of articles; at the level article, of the paragraphs of each), not these errors. "
    "For figures to publish, use `stance results prevalence`."
)
#: Said wherever figures are grouped by who speaks.
WHO_SPEAKS = (
    "Grouped by who speaks: the stance is that of the paragraphs in which they speak, whoever holds it. Where one "
    "government speaks about another one's sanctions, the other's stance is counted for the one that speaks. Do not "
    "take these figures for the stance of a speaker or an actor."
)

_FIXED = {
    "article_id": ("string", "Identifier of the article, unique in a run"),
    "title": ("string", "Title of the article, as its source gives it"),
    "date": ("string", "Date of the article, as its source gives it"),
    "outlet": ("string", "Outlet of the article, as its source gives it"),
    "month": ("string", "Month of the article's date, YYYY-MM; empty where the date names none beyond doubt"),
    "week": (
        "string",
        "Monday of the ISO week of the article's date, YYYY-MM-DD; empty where the date names no day beyond doubt",
    ),
    "paragraph": ("integer", "Place of the paragraph in its article, from 0"),
    "start": ("integer", "First character of the paragraph in the article's text, from 0"),
    "end": ("integer", "The character after its last one"),
    "text": ("string", "The paragraph, unaltered"),
    "cluster": ("string", "Cluster of near-duplicate articles (wire copy) that the article belongs to"),
    "voice": ("string", "Whose voice the paragraph is: author, quoted or reported"),
    "speaker": ("string", "The speaker, in the paragraph's words; unknown if not found, empty for the author"),
    "speaker_start": (
        "integer",
        "First character of the speaker, or of the turn's label, in the article's text, from 0",
    ),
    "speaker_end": ("integer", "The character after its last one"),
    "source_verb": ("string", "The verb that introduces the speaker, or according to"),
    "actor": ("string", "The country or body that the speaker speaks for; unknown if not found, empty for the author"),
    "drawn_from": (
        "string",
        "How many of how many paragraphs were drawn; for a stratified sample, also the target and its strata",
    ),
    "sample_stratum": (
        "string",
        "Stratum that the coded sample was drawn from: the label of the model on the target that it was drawn within, "
        "abstained where it gave none; all in a simple sample",
    ),
    "sample_stratum_size": ("integer", "Paragraphs of that stratum, coded or not (finite population size)"),
    "articles": ("integer", "Articles"),
    "copies_left_out": ("integer", "Articles left out as further copies of a cluster"),
    "paragraphs": ("integer", "Paragraphs"),
    "abstained": ("integer", "Paragraphs without a label for any target"),
    "boilerplate": ("integer", "Boilerplate paragraphs (bylines, links, footers), which were not scored"),
    "joint_units": (
        "integer",
        "Sampling units behind the errors of the shares of the joint table, as for the net stance of a target",
    ),
}
_OF_ESTIMATES = {
    "article": ("string", "Identifier of the article that the estimate is for"),
    "target": ("string", "Target of the estimate"),
    "label": ("string", "Label whose prevalence is estimated; net: net stance, (favor - against) / related, -1 to 1"),
    "paragraphs": ("integer", "Paragraphs of the group, without boilerplate"),
    "coded": ("integer", "Paragraphs of the group that were coded by hand"),
    "counted": ("number", "Share of the labels that the model gave (classify and count), not corrected"),
    "prevalence": (
        "number",
        "Estimated share of all paragraphs, corrected by the coded ones; empty if too few are coded",
    ),
    "se": ("number", "Standard error of the prevalence, for the paragraphs of this collection"),
    "low": ("number", "Lower end of the 95 % interval of the prevalence"),
    "high": ("number", "Upper end of the 95 % interval of the prevalence"),
    "other": ("string", "The group that the group of this row is compared with"),
    "other_prevalence": ("number", "The prevalence of the other group"),
    "difference": ("number", "The prevalence minus that of the other group"),
    "difference_low": ("number", "Lower end of the 95 % interval of the difference"),
    "difference_high": ("number", "Upper end of the 95 % interval of the difference"),
    "effective_size": (
        "number",
        "How many paragraphs, drawn with replacement and coded, would give the same standard error without a model",
    ),
}
_JOINT = {
    "coercion_only": "in favor of sanctions, not of diplomacy",
    "engagement_only": "in favor of diplomacy, not of sanctions",
    "dual_track": "in favor of both",
    "neither": "related to at least one, in favor of neither",
}


_ERROR = "Standard error of that share; empty where it cannot be estimated"


class Column(NamedTuple):
    """A column: its name, its type in Data Package terms, what it holds, its values where they are few, their order."""

    name: str
    type: str
    description: str
    values: tuple[str, ...] = ()
    ordered: bool = False


def describe_columns(
    types: Mapping[str, str], targets: Sequence[Target], others: Iterable[Column] = ()
) -> list[Column]:
    """Say what each column holds.

    Parameters
    ----------
    types : mapping of str to str
        The columns in their order, with their types as the data have them, which count for those that are none of ours.
    targets : sequence of Target
        Of the results.
    others : iterable of Column
        What is known of further columns.

    Examples
    --------
    >>> describe_columns({"tax": "string"}, [Target("tax")])[0].values
    ('favor', 'against', 'neutral', 'unrelated')
    """
    known: dict[str, Column] = {name: Column(name, *about) for name, about in _FIXED.items()}
    if "prevalence" in types:
        known |= {name: Column(name, *about) for name, about in _OF_ESTIMATES.items()}
    if "paragraphs" in types:
        of_row = "a row has the stance of the paragraphs in which they speak, whoever holds it"
        known |= {name: Column(name, "string", f"{known[name].description}; {of_row}") for name in OF_PARAGRAPHS}
    if "paragraphs" in types and "article_id" not in types:
        # results may have one of their own, which is kept, and names the groups then
        known["year"] = Column("year", types.get("year", "string"), "Year: the column of the results, else of the date")
    known |= {name: Column(name, "integer", f"Paragraphs {about}") for name, about in _JOINT.items()}
    for name, about in _JOINT.items():
        known[f"share_{name}"] = Column(f"share_{name}", "number", f"Share of the paragraphs counted that are {about}")
        known[f"share_{name}_se"] = Column(f"share_{name}_se", "number", _ERROR)
    assert set(_JOINT) == set(JOINT)
    for target in targets:
        known |= {column.name: column for column in _of_target(target, "paragraphs" in types)}
    if "drawn_from" in types and not scored_targets(types):
        about = "by hand; empty where there is none, or where coders differ"
        known |= {t.name: Column(t.name, "string", f"Label on {t.name}, {about}", t.labels) for t in targets}
    known |= {column.name: column for column in others}
    return [
        known.get(n) or Column(n, type, "Not a column that stance makes; kept as found") for n, type in types.items()
    ]


def _of_target(target: Target, counted: bool) -> list[Column]:
    name = target.name
    weighed = f"among paragraphs related to {name}, not all; with weight article, the mean of that over articles"
    abstained = (
        Column(f"{name}_abstained", "integer", f"Paragraphs without a label for {name}")
        if counted
        else Column(f"{name}_abstained", "string", f"Why there is no label for {name}; empty where there is one")
    )
    return [
        Column(name, "string", f"Stance on {name}; empty where the model abstained", target.labels),
        Column(f"{name}_probability", "number", "Calibrated probability of the most probable label, 0 to 1"),
        *(
            Column(f"{name}_p_{label}", "number", f"Calibrated probability of {label}, 0 to 1")
            for label in target.labels
        ),
        abstained,
        Column(
            f"{name}_words",
            "string",
            "Deciding words as JSON, [[start, end, value], ...]: offsets into the article's text, and what they add to "
            "the margin of the label (below zero: they speak against it)",
        ),
        Column(f"{name}_code", "string", f"Label on {name}, by hand; empty where there is none", target.labels),
        Column(
            f"{name}_weight",
            "number",
            "Sampling weight of the code: how many paragraphs of its stratum there are for each coded one; empty where "
            "there is no code",
        ),
        *(
            Column(
                f"{name}_y_{label}",
                "number",
                f"Whether the label is {label}, as the outcome of a linear regression: corrected by the coded "
                "paragraphs, right on average, not from 0 to 1",
            )
            for label in target.labels
        ),
        *(Column(f"{name}_{label}", "integer", f"Paragraphs with the label {label}") for label in target.labels),
        *(Column(f"{name}_share_{label}", "number", f"Share of {label}, {weighed}") for label in target.related),
        *(Column(f"{name}_share_{label}_se", "number", _ERROR) for label in target.related),
        Column(f"{name}_net", "number", f"Net stance, favor - against, {weighed}, -1 to 1"),
        Column(f"{name}_net_se", "number", "Standard error of the net stance; empty where it cannot be estimated"),
        Column(
            f"{name}_net_units",
            "integer",
            f"Sampling units behind these errors: articles, or clusters of copies, with a paragraph related to {name}; "
            "at the level article its related paragraphs. Their degrees of freedom are one fewer",
        ),
    ]


def is_own_name(name: str, targets: Sequence[Target]) -> bool:
    """Whether results have a meaning for a column of such a name, so that no other may be kept under it.

    Examples
    --------
    >>> targets = [Target("tax")]
    >>> [is_own_name(name, targets) for name in ("country", "Text", "tax", "Tax_rate")]
    [False, True, True, True]
    """
    # whose type is known without a file is ours
    return bool(describe_columns({name.lower(): ""}, targets)[0].type) or name.lower().startswith(
        tuple(f"{target.name}_".lower() for target in targets)
    )


def model_facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Of a model's manifest what a reader of results needs, and the version of this package, which scores with it.

    A model that was saved without the record of its training has no name, and nothing is known of its corpus.
    """

    def measured(metrics: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {"n": found["n"], **{key: value for key, value in found["metrics"].items() if "." not in key}}
            for name, found in metrics.items()
        }

    unseen = manifest.get("unseen_files")
    return {
        "name": manifest.get("name", "unnamed"),
        "sha256": manifest["manifest_sha256"],
        "corpus": manifest.get("corpus"),
        "least_probability": manifest["least_probability"],
        "scored_with": __version__,
        "folds": manifest.get("training", {}).get("folds"),
        "metrics": measured(manifest.get("metrics", {})),
        **({"unseen_files": {**unseen, "metrics": measured(unseen["metrics"])}} if unseen else {}),
    }


def check_facts(model: Mapping[str, Any]) -> None:
    """Check what a report shows of `model_facts`, which anybody may have written into a dictionary.

    Raises
    ------
    LookupError, TypeError, ValueError, AttributeError
        If it could not be shown.

    Examples
    --------
    >>> check_facts({"name": "mine", "sha256": None})
    Traceback (most recent call last):
    TypeError: None is no str
    """
    if not model:
        return
    expect(str, model["name"], model["sha256"])
    expect(Real, model["least_probability"], model["folds"] or 0)
    if corpus := model["corpus"]:
        expect(str, corpus["name"], corpus["version"], corpus["fingerprint"])
        expect(int, corpus["paragraphs"], corpus["articles"])
    unseen = model.get("unseen_files", {})
    expect(str, *unseen.get("files", []))
    for metrics in (model.get("metrics", {}), unseen.get("metrics", {})):
        for found in metrics.values():
            if "macro_f1" in found:
                value, low, high = found["macro_f1"]
                expect(Real, value, low, high)


def dictionary_path(path: Path) -> Path:
    """Where the dictionary of an export lies.

    Examples
    --------
    >>> dictionary_path(Path("out/scores.csv")).name
    'scores.csv.columns.json'
    """
    return path / DICTIONARY if path.is_dir() else path.with_name(f"{path.name}.{DICTIONARY}")


def write_dictionary(
    path: Path,
    columns: Sequence[Column],
    *,
    model: Mapping[str, Any] | None = None,
    counts: Counts | None = None,
    notes: Sequence[str] = (),
    codes: bool = False,
    renamed: Mapping[str, str] | None = None,
) -> None:
    """Write the dictionary beside an export.

    Parameters
    ----------
    path : Path
        The export: a file, or the folder of a run.
    columns : sequence of Column
        As `describe_columns` gives them.
    model : mapping, optional
        As `model_facts` gives it.
    counts : Counts, optional
        What became of everything that was read.
    notes : sequence of str
        What else must be known, such as what was cut.
    codes : bool
        Whether labels stand as numbers, from 1 in the order of the values.
    renamed : mapping, optional
        Column to the name that it has in the file.
    """
    fields = []
    for column in columns:
        entry: dict[str, Any] = {"name": (renamed or {}).get(column.name, column.name), "type": column.type}
        entry["description"] = column.description
        if column.values and codes:
            entry["type"] = "integer"
            entry["categories"] = [{"value": k, "label": v} for k, v in enumerate(column.values, start=1)]
        elif column.values:
            entry["categories"] = list(column.values)
        if column.ordered:
            entry["categoriesOrdered"] = True
        fields.append(entry)
    stem = re.sub(r"[^a-z0-9._-]", "-", path.name.lower()) or "results"
    file = PARTS if path.is_dir() else path.name
    package: dict[str, Any] = {
        "name": stem,
        "resources": [{"name": stem, "path": file, "schema": {"fields": fields, "missingValues": [""]}}],
        "stance": {"version": __version__, "notes": list(notes)},
    }
    if model:
        package["stance"]["model"] = dict(model)
    if counts is not None:
        package["stance"]["counts"] = counts.to_dict()
    content = json.dumps(package, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    write_whole(dictionary_path(path), content)
