"""A data frame of articles in, results out: what ``stance score`` does, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stance.articles import Columns, Quarantined, read_records
from stance.articles.read_frame import Frame, is_frame
from stance.articles.records import as_columns, check_quarantine
from stance.batch.counts import Counts
from stance.errors import ArgumentError, ArticleError, StanceError, check_called, kind_of, made_by
from stance.model.artefact import load_model
from stance.model.stance_model import StanceModel
from stance.results.dictionary import is_own_name, model_facts
from stance.results.scored import Results
from stance.results.table_files import plain_frame

if TYPE_CHECKING:
    from stance.batch.chunks import Chunk

__all__ = ["score_frame"]


def score_frame(
    articles: Frame,
    columns: Columns | None = None,
    model: StanceModel | None = None,
    *,
    explain: bool = False,
    speakers: bool = False,
    clusters: bool = False,
    keep_boilerplate: bool = False,
    quarantine: Callable[[Quarantined], None] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Results:
    """Score a data frame of articles, as ``stance score`` does a Parquet file of them.

    Parameters
    ----------
    articles : data frame
        Of pandas or polars, or an Arrow table; a row for each article.
    columns : Columns, optional
        Which column holds what, and which are kept.
    model : StanceModel, optional
        The default one if left out.
    explain : bool
        Whether to add the deciding words, which takes several times as long.
    speakers : bool
        Whether to add who speaks in each paragraph.
    clusters : bool
        Whether to add which articles are near copies of each other.
    keep_boilerplate : bool
        Whether to score bylines, links and footers, too.
    quarantine : callable, optional
        Called with each row that is no article, such as one without a text. Without it such a row raises
        `ArticleError`.
    progress : callable, optional
        Called now and then with the number of rows that were read since, such as the ``update`` of a bar of tqdm.

    Returns
    -------
    Results
        Its ``frame`` has a row for each paragraph, with the columns that ``stance score`` writes; ``counts`` is the
        account of what was read.

    Raises
    ------
    ArticleError
        If a column is missing, or a row is no article and there is no `quarantine`.
    StanceError
        If a column cannot be kept, as results have one of such a name.
    ArgumentError
        If it is given something else.

    Examples
    --------
    >>> import pandas as pd
    >>> text = "The ministry refused to lift the sanctions.\\n\\nTalks will resume in Vienna on Friday."
    >>> results = score_frame(pd.DataFrame({"id": [17], "text": [text], "outlet": ["Wire"]}))
    >>> results.frame[["article_id", "outlet", "paragraph", "sanctions"]].values.tolist()
    [['17', 'Wire', 0, 'favor'], ['17', 'Wire', 1, 'unrelated']]
    >>> print(results.counts)
    articles: 1 read = 1 scored + 0 abstained + 0 quarantined
    paragraphs: 2 read = 2 scored + 0 abstained + 0 boilerplate
    """
    import pyarrow as pa

    from stance.batch.blocks import record_blocks
    from stance.batch.chunks import add_clusters, add_footers, cut_chunks
    from stance.batch.tables import Form, score_articles

    if not is_frame(articles):
        how = (
            "; make one of texts with pandas.DataFrame({'text': texts}), of Articles, such as `read_articles` yields, "
            "with pandas.DataFrame(articles)"
        )
        raise ArgumentError(f"this takes a data frame of articles, not {kind_of(articles)}{made_by(articles) or how}")
    columns = as_columns(columns)
    model = load_model() if model is None else model
    if not isinstance(model, StanceModel):
        raise ArgumentError(f"the model must be a StanceModel, as `load_model` gives it, not {kind_of(model)}")
    check_quarantine(quarantine)
    check_called("progress", progress, "a number of rows, such as bar.update of a bar of tqdm")
    if taken := [name for name in columns.keep if is_own_name(name, model.targets)]:
        raise StanceError(f"{taken[0]!r} cannot be kept: results have a column of that name; rename yours")
    chunks = cut_chunks(record_blocks(read_records(articles, columns), columns))
    if not keep_boilerplate:
        chunks = add_footers(chunks)
    if clusters:
        chunks = add_clusters(chunks)
    form = Form(keep_boilerplate=keep_boilerplate, explain=explain, speakers=speakers)
    tables, counts = [], []
    for chunk in chunks:
        _refuse(chunk, quarantine)
        table, counted = score_articles(model, chunk.articles, form)
        counted.add_quarantined(len(chunk.quarantined))
        tables.append(table)
        counts.append(counted)
        if progress is not None:
            progress(counted.articles["read"])
    whole = pa.concat_tables(tables)
    frame = plain_frame(whole, whole.column_names)
    return Results(frame, model.targets, "paragraph", _facts(model), Counts.total(counts), "the data frame")


def _refuse(chunk: Chunk, quarantine: Callable[[Quarantined], None] | None) -> None:
    for record in chunk.quarantined:
        if quarantine is None:
            raise ArticleError(
                f"{record.reason}; drop such rows, or collect them with quarantine=rows.append for a list rows",
                record.source,
                record.position,
            )
        quarantine(record)


def _facts(model: StanceModel) -> dict[str, Any]:
    """What is known of the model; nothing of one that was changed after it was loaded, or never saved."""
    if model.sha256 is None:
        return {}
    own = {"manifest_sha256": model.sha256, "least_probability": model.least_probability}
    return model_facts({**model.facts, **own})
