"""Scoring many articles to a folder of parts that can be resumed, or to one file."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from stance import __version__
from stance.articles import Quarantined
from stance.articles.encoding import written_name
from stance.articles.sources import Source, find_sources
from stance.batch.blocks import count_records, read_blocks
from stance.batch.chunks import ARTICLES, CHARACTERS, Chunk, Shard, add_clusters, add_footers, cut_chunks
from stance.batch.counts import Counts, NothingRead
from stance.batch.directory import RunDirectory, describe_inputs, describe_libraries, files_of_run, inputs_difference
from stance.batch.encoding import encode
from stance.batch.files import check_output, lock, named
from stance.batch.job import Job
from stance.batch.pools import ModelReference, Part, Pool, count_jobs, open_pool
from stance.batch.progress import Progress
from stance.batch.tables import Form
from stance.errors import StanceError
from stance.files import whole_files
from stance.locks import lock_output
from stance.model.folders import model_folder

__all__ = ["score_to_directory", "score_to_file"]

Refuse = Callable[[Iterable[Quarantined]], None]

#: Why a file that was not there when its run began is not read.
_LATER = "it appeared after the run began"


def score_to_directory(
    job: Job,
    folder: str | Path,
    *,
    resume: bool = False,
    progress: bool = False,
    refuse: Refuse = lambda _: None,
) -> Counts:
    """Score to a folder: one part a chunk, ``manifest.json``, ``quarantine.jsonl``.

    A run that was stopped, by whatever, goes on with ``resume``: the input is read again, but only chunks that the
    manifest does not list are scored and written. The output is the same to the byte as that of one undisturbed run.
    A run has the files that were there when it began; what comes into its folders and globs later is not read.

    Parameters
    ----------
    job : Job
        What to do.
    folder : path-like
        Made if missing.
    resume : bool
        Go on with the run in the folder; if there is none, begin.
    progress : bool
        Whether to show a line of progress on standard error.
    refuse : callable, optional
        Called with the quarantined records of each chunk, in order.

    Returns
    -------
    Counts
        Of the whole run, or of this shard; ``read = scored + abstained + quarantined``.

    Raises
    ------
    StanceError
        If the folder holds a run and ``resume`` is not given; if model, inputs or settings are not those of the run
        to be resumed, or it is finished and there are files that came later; if the disk is full.
    """
    folder, shard = Path(folder), job.shard or Shard()
    reference = _model(job)
    sources = find_sources(job.paths, known=files_of_run(folder))
    inputs = describe_inputs(sources)
    known = {entry["path"] for entry in inputs}
    identity = {
        "model": {"path": reference.folder, "sha256": reference.sha256},
        "inputs": inputs,
        "settings": {**_settings(job), "kernel": reference.kernel, "libraries": describe_libraries(sources)},
    }
    with named(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with lock(folder / f".lock{shard.suffix}"):
        directory = RunDirectory(folder, identity, shard, resume)
        if directory.state == "finished":
            directory.check_inputs(describe_inputs(find_sources(job.paths)))
            refuse(directory.quarantined)
            return directory.counts
        directory.begin()
        done = set(directory.entries)

        def write(chunk: Chunk, part: Part) -> None:
            part.counts.add_quarantined(len(chunk.quarantined))
            directory.write(chunk.number, job.format, part.content, part.rows, part.counts)

        def refuse_all(records: Iterable[Quarantined]) -> None:
            directory.refuse(records)
            refuse(records)

        try:
            shown = _open_progress(job, sources) if progress else None
            form = Form(job.level, job.format, job.keep_boilerplate, job.explain, job.speakers)
            _drive(job, sources, reference, form, done, write, refuse_all, shown)
            there = find_sources(job.paths)
            if (now := describe_inputs(source for source in there if written_name(source.path) in known)) != inputs:
                changed = inputs_difference(inputs, now)
                raise StanceError(
                    f"{folder}: the inputs changed while they were read ({changed}); start again in another folder"
                )
            directory.state = "finished"
            directory.save()
            later = (source for source in there if written_name(source.path) not in known)
            job.left_out.extend(source._replace(problem=_LATER) for source in later)
        except BaseException:
            # what is done is noted, if there is room for that
            with contextlib.suppress(StanceError):
                directory.save()
            raise
        finally:
            directory.close()
        return directory.counts


def score_to_file(
    job: Job,
    path: str | Path,
    *,
    progress: bool = False,
    refuse: Refuse = lambda _: None,
    describe: Callable[[Counts], None] | None = None,
) -> Counts:
    """Score to one file, which appears under its name when it is whole, and only if an article could be read.

    Parameters
    ----------
    job : Job
        What to do; without shards.
    path : path-like
        The file.
    progress : bool
        Whether to show a line of progress on standard error.
    refuse : callable, optional
        Called with the quarantined records of each chunk.
    describe : callable, optional
        Called when the file is whole, before another process may write it: what it writes beside it is of this file.

    Returns
    -------
    Counts

    Raises
    ------
    StanceError
        If it cannot be written, or another process is writing it.
    """
    path = Path(path)
    check_output(path)
    sources = find_sources(job.paths)
    total = Counts()
    writer: Any = None

    def write(chunk: Chunk, part: Part) -> None:
        nonlocal total, writer
        part.counts.add_quarantined(len(chunk.quarantined))
        total = Counts.total([total, part.counts])
        if job.format == "parquet":
            if writer is None:
                writer = pq.ParquetWriter(stream, part.content.schema, compression="zstd", use_dictionary=False)
                opened.enter_context(writer)
            writer.write_table(part.content)
        else:
            stream.write(encode(part.content, job.format, header=chunk.number == 0))

    with named(path), lock_output(path), contextlib.suppress(NothingRead):
        with whole_files(path) as (part_file,), open(part_file, "wb") as stream:
            shown = _open_progress(job, sources) if progress else None
            form = Form(job.level, None, job.keep_boilerplate, job.explain, job.speakers)
            with contextlib.ExitStack() as opened:
                _drive(job, sources, _model(job), form, set(), write, refuse, shown)
            if total.nothing_read:
                raise NothingRead
        if describe is not None:
            describe(total)
    return total


def _settings(job: Job) -> dict[str, Any]:
    """What decides the bytes of the output, beside model and inputs."""
    return {
        "version": __version__,
        "format": job.format,
        "level": job.level,
        "keep_boilerplate": job.keep_boilerplate,
        "clusters": job.clusters,
        "explain": job.explain,
        "speakers": job.speakers,
        "columns": {**asdict(job.columns), "keep": list(job.columns.keep)},
        "chunk_articles": job.chunk or ARTICLES,
        "chunk_characters": CHARACTERS,
    }


def _model(job: Job) -> ModelReference:
    return ModelReference.of(model_folder(job.model_path))


def _chunks(job: Job, sources: list[Source]) -> Iterator[Chunk]:
    """The chunks of the shard; those of others are read and cut, too."""
    shard = job.shard or Shard()
    chunks = cut_chunks(read_blocks(sources, job.columns, job.left_out), job.chunk or ARTICLES)
    if not job.keep_boilerplate:
        chunks = add_footers(chunks)
    if job.clusters:
        chunks = add_clusters(chunks)
    return (chunk for chunk in chunks if shard.owns(chunk.number))


def _open_pool(job: Job, reference: ModelReference, jobs: int, *, in_parts: bool) -> Pool:
    """Workers, as asked, for a run in parts, which can be gone on with, or for one file."""
    if job.dask is not None:
        from stance.batch.dask import DaskPool

        return DaskPool(job.dask, reference, jobs, in_parts=in_parts)
    return open_pool(reference, jobs)


def _open_progress(job: Job, sources: list[Source]) -> Progress:
    total = count_records(sources)
    return Progress(None if total is None else total // (job.shard or Shard()).of)


def _drive(
    job: Job,
    sources: list[Source],
    reference: ModelReference,
    form: Form,
    done: set[int],
    write: Callable[[Chunk, Part], None],
    refuse: Refuse,
    progress: Progress | None,
) -> None:
    """Score the chunks of the shard that are not done; write them in order, with no more in hand than the pool asks."""
    pool: Pool | None = None
    waiting: deque[tuple[Chunk, Callable[[], Part] | None]] = deque()
    failed = True

    def emit() -> None:
        chunk, result = waiting.popleft()
        if progress is not None and chunk.quarantined:
            progress.clear()
        refuse(chunk.quarantined)
        part = None if result is None else result()
        if part is not None:
            write(chunk, part)
        if progress is not None:
            articles = len(chunk.articles) + len(chunk.quarantined)
            progress.add(articles, 0 if part is None else part.rows, spared=part is None)

    try:
        for chunk, last in _with_last(_chunks(job, sources)):
            if chunk.number in done:
                waiting.append((chunk, None))
            else:
                if pool is None:
                    # a single chunk is not worth starting workers for
                    jobs = 1 if last and job.dask is None else count_jobs(job.jobs)
                    pool = _open_pool(job, reference, jobs, in_parts=form.format is not None)
                waiting.append((chunk, pool.submit(chunk.articles, form)))
            while waiting and (pool is None or len(waiting) > pool.ahead):
                emit()
        while waiting:
            emit()
        failed = False
    finally:
        if pool is not None:
            pool.close(failed)
        if progress is not None:
            progress.close()


def _with_last(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """Each chunk, and whether no other follows it."""
    before: Chunk | None = None
    for chunk in chunks:
        if before is not None:
            yield before, False
        before = chunk
    if before is not None:
        yield before, True
