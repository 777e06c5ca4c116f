"""How attributes become codes and training queries become rows."""

from pydantic import Field

from study.params.base import Frozen


class Features(Frozen):
    """Fitted on the fit span, then frozen.

    An attribute keeps its `max_values` most frequent values that occur at least `min_count` times; the others share
    the index of rare and unseen values. Numeric attributes are cut at `bins` quantiles.
    Aggregates train on cut-offs one horizon apart after the first `warmup_days` of the log; in a question `what` on at
    most `max_queries` queries, with the user's own candidates, the `popular` most bought ones and `sampled` of the
    rest, in a question `who` on every eligible user of every cut-off.
    """

    min_count: int = Field(ge=1)
    max_values: int = Field(ge=1)
    bins: int = Field(ge=2)
    warmup_days: int = Field(ge=0)
    max_queries: int = Field(ge=1)
    popular: int = Field(ge=1)
    sampled: int = Field(ge=1)
