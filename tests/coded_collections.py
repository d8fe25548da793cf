"""Collections with true labels and a model of which it is known how good it is, and samples of them that were coded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from stance.labels import LABELS, Target
from stance.results.sampling import draw_sample
from stance.results.scored import Results

__all__ = ["TAX", "code", "coefficient", "collect"]

TAX = Target("tax")


def collect(size: int, sure: float, shares: tuple[float, ...], seed: int = 0) -> tuple[Results, pd.Series[str]]:
    """Paragraphs with true labels, and a model whose probability of the true one is ``sure`` on average."""
    random = np.random.default_rng(seed)
    true = random.choice(4, size, p=shares)
    confusion = np.full((4, 4), (1 - sure) / 3)
    np.fill_diagonal(confusion, sure)
    given = np.array([random.dirichlet(4 * row) for row in confusion[true]])
    labels = np.array(LABELS)
    frame = pd.DataFrame({"article_id": "a", "paragraph": range(size), "text": "One.", "tax": labels[given.argmax(1)]})
    frame["outlet"] = np.where(random.random(size) < 0.4, "Post", "Wire")
    frame["tax_abstained"] = None
    for k, label in enumerate(LABELS):
        frame[f"tax_p_{label}"] = given[:, k]
    return Results(frame, (TAX,), "paragraph"), pd.Series(labels[true])


def code(results: Results, true: pd.Series[str], size: int, within: str | None = None, seed: int = 0) -> pd.DataFrame:
    """A sample, and what was said of it by somebody who is always right."""
    sample = draw_sample(results, size, within, seed)
    return sample.assign(tax=true[sample["paragraph"]].to_numpy())


def coefficient(outcome: npt.ArrayLike, inside: npt.ArrayLike, articles: npt.ArrayLike) -> tuple[float, float]:
    """Of a variable that is 0 or 1, by least squares, with its standard error over clusters (Liang and Zeger 1986)."""
    x = np.column_stack([np.ones(len(np.asarray(inside))), np.asarray(inside, float)])
    inverse = np.linalg.inv(x.T @ x)
    found = inverse @ x.T @ np.asarray(outcome)
    sums = pd.DataFrame(x * (np.asarray(outcome) - x @ found)[:, None]).groupby(np.asarray(articles)).sum().to_numpy()
    n, clusters = len(x), len(sums)
    variance = inverse @ sums.T @ sums @ inverse * clusters / (clusters - 1) * (n - 1) / (n - 2)
    return float(found[1]), float(np.sqrt(variance[1, 1]))
