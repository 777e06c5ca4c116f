"""Other measures of the same first ten than recall, and what t says of contrasts in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from study.exhibits.records import Contrast
from study.metrics.few_seeds import judge_means_by_student
from study.params.statistics import PRIMARY

VALUE = "value"
FEWEST = 2
"""Users without whom there is no spread among them."""


@dataclass(frozen=True)
class Measure:
    """How the ten that are ranked first are scored in recall's place.

    Attributes:
        told: its name.
        asks: what it asks that recall does not, a relative clause.
        columns: of the published queries, those that it is made of.
        value: of one query, of these columns.
    """

    told: str
    asks: str
    columns: tuple[str, ...]
    value: pl.Expr


@dataclass(frozen=True)
class Lead:
    """Left less right in a measure, and whether t shows that it is not zero."""

    effect: float
    is_shown: bool

    @property
    def is_ahead(self) -> bool:
        """Whether left is shown to lead."""
        return self.is_shown and self.effect > 0


Leads = dict[str, Lead]
"""By the name of the contrast."""
NDCG = Measure(
    "nDCG@10", "which also asks how far up the relevant ones stand", ("ndcg@10",), pl.col("ndcg@10").cast(pl.Float64)
)
PRECISION = Measure(
    "precision@10",
    "where a relevant one that is found counts alike, however many its query has",
    (PRIMARY, "relevant"),
    (pl.col(PRIMARY).cast(pl.Float64) * pl.col("relevant")).round() / 10,
)
MEASURES = (NDCG, PRECISION)


def leads(queries: pl.DataFrame, contrasts: Sequence[Contrast], *, alpha: float) -> dict[str, Leads]:
    """Contrasts in every measure, by its name: by t, Holm over them; exploratory.

    Args:
        queries: of `judge_by_student`, with the columns of every measure.
        contrasts: a family.
        alpha: its family-wise error.

    Returns:
        Nothing where it cannot be asked: without contrasts, or of a single user.
    """
    if not contrasts or queries["user_id"].n_unique() < FEWEST:
        return {}
    pairs = [[one.variants] for one in contrasts]
    found = {}
    for measure in MEASURES:
        rows = queries.with_columns(measure.value.alias(VALUE))
        judged = judge_means_by_student(rows, pairs, VALUE, margin=0.0, alpha=alpha)
        found[measure.told] = {
            one.name: Lead(by.effect, by.p_difference < alpha) for one, by in zip(contrasts, judged, strict=True)
        }
    return found
