"""`Article` and `Paragraph`, and what importing them costs."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.articles import Article


@given(st.text(alphabet=st.sampled_from("ab AZ.\n\r\t-•>#1)\u2028\u00a0\ufeff\U0001f600é"), max_size=200))
def test_offsets_hold(text: str) -> None:
    """Each paragraph is the slice of the text that its offsets name, and indices count up."""
    article = Article(id="a", text=text)
    for index, paragraph in enumerate(article.paragraphs):
        assert article.text[paragraph.start : paragraph.end] == paragraph.text
        assert (paragraph.index, paragraph.article_id) == (index, "a")


def test_article_is_frozen() -> None:
    """An article cannot be changed, nor given new attributes."""
    article = Article(id="a", text="Talks.")
    with pytest.raises(dataclasses.FrozenInstanceError):
        article.text = "Other."  # type: ignore[misc]
    assert not hasattr(article, "__dict__")


def test_title_is_no_paragraph() -> None:
    """Only the text is split; what the source says beside it is not."""
    assert [p.text for p in Article(id="a", text="Body.", title="Headline").paragraphs] == ["Body."]


def test_empty_article_has_no_paragraphs() -> None:
    """An article without text has no paragraphs, and is no error."""
    assert Article(id="a", text="").paragraphs == ()


def test_import_is_light() -> None:
    """Importing the package loads none of the heavy libraries."""
    heavy = ("pandas", "pyarrow", "charset_normalizer", "sklearn", "scipy", "dask", "numpy")
    program = f"import sys, stance.articles; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
