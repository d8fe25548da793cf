"""Golden paragraphs: texts stored with their probabilities, so that a drift of scores is seen."""

from __future__ import annotations

import numpy as np

from stance.errors import ModelError
from stance.model.stance_model import StanceModel

__all__ = ["largest_drift"]


def largest_drift(model: StanceModel) -> tuple[int, float]:
    """Score the golden paragraphs again.

    Parameters
    ----------
    model : StanceModel
        A model whose manifest has golden paragraphs.

    Returns
    -------
    count : int
        Golden paragraphs.
    drift : float
        Largest absolute difference of a probability.

    Raises
    ------
    ModelError
        If the model has none, one is not of the right form, or no longer scored or abstained from as it was.
    """
    golden = model.facts.get("golden", [])
    if not golden:
        raise ModelError("the model has no golden paragraphs to verify")
    try:
        stored = np.array([entry["probabilities"] for entry in golden], dtype=np.float64)
        texts = [entry["text"] for entry in golden]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("not a text")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelError("a golden paragraph is not a text with probabilities; retrain the model") from error
    now = model.score_texts(texts)
    if stored.shape != now.shape or (np.isnan(stored) != np.isnan(now)).any():
        raise ModelError("a golden paragraph is no longer scored as it was")
    return len(golden), float(np.nan_to_num(np.abs(stored - now)).max())
