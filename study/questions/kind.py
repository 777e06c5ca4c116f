"""What a kind of question decides: how a window is evaluated, and what is scored."""

from importlib import import_module
from typing import Any, Protocol, cast

import polars as pl

from study.events.log import Log
from study.events.spans import Window
from study.models.base import Recommender
from study.params.question import Question


class Kind(Protocol):
    """A module of this folder. An evaluation is whatever the kind makes of one window; nobody else looks inside."""

    PRIMARY: str
    """The metric that stop and select are read with, and that contrasts are about."""

    CALIBRATES: bool
    """Whether probabilities are fitted on the scores of select: then those of the chosen trial are kept."""

    def evaluations(self, log: Log, table: pl.DataFrame, windows: list[Window]) -> list[Any]:
        """The evaluation of each window from the queries that the split wrote.

        Args:
            log: the coded log; each window sees only what lies before its cut-off.
        """

    def sample(self, evaluation: Any, count: int, seed: int) -> Any:
        """At most `count` of its queries, the same ones for every model."""

    def primary(self, model: Recommender, windows: list[Any]) -> float:
        """The primary metric over evaluations."""

    def score(self, model: Recommender, evaluation: Any, seed: int) -> dict[str, pl.DataFrame]:
        """The tables that are kept of a scored window, by name; `seed` is the number of the refit."""

    def headline(self, tables: dict[str, pl.DataFrame]) -> float:
        """The primary metric, from the tables of all windows."""


def kind_of(question: Question) -> Kind:
    """The module of a question's kind."""
    return cast(Kind, import_module(module_of(question)))


def module_of(question: Question) -> str:
    """The dotted name of that module."""
    return f"study.questions.{question.kind}"
