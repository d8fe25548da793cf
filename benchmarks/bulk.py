"""Text to measure speed on: real paragraphs where they lie beside the checkout, else those of the shipped corpus."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BULK = ROOT.parent / "shared" / "bulk.parquet"


def read_texts(path: Path = BULK) -> list[str]:
    """The column ``text`` of a Parquet file without what is empty; the corpus if there is no such file."""
    if path.is_file():
        import pyarrow.parquet as pq

        return [text for text in pq.read_table(path, columns=["text"])["text"].to_pylist() if text]
    from stance.training.corpus_files import read_corpus

    return read_corpus(ROOT / "data").texts
