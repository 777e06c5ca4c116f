"""Scores on one scale, so that those of one model can stand beside those of another."""

import numpy as np

from study.models.base import Scores


def standardised(scores: Scores) -> Scores:
    """Scores of each query with mean zero and standard deviation one over its known candidates, float32 [Q, C].

    Candidates without a score keep none; where all are equal, all are zero.
    """
    centred = scores - np.nanmean(scores, axis=1, keepdims=True)
    deviation = np.maximum(np.nanstd(scores, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    result: Scores = centred / deviation
    return result
