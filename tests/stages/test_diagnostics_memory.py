"""A worker scores dozens of changes of the data, each with logs of its own: none may outlive its change."""

import gc
import weakref
from types import SimpleNamespace

import polars as pl
import pytest

from study.stages import diagnostics


class Held:
    """Stands for the queries of a change: their log and the index that it keeps refer to each other."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def made(monkeypatch):
    """Weak references to what a change makes, and the arguments of the variant that is scored under it."""
    alive: list[weakref.ref[Held]] = []

    def queries(_: object) -> Held:
        held = Held()
        alive.append(weakref.ref(held))
        return held

    table = pl.DataFrame({"seed": [0], "user_id": ["u"], "cutoff": [0], "recall@10": [0.5]})
    kind = SimpleNamespace(score=lambda *_: {"metrics": table})
    model = SimpleNamespace(load=lambda _: None)
    chosen = SimpleNamespace(
        build=lambda _: model,
        fits=lambda _: 1,
        question=SimpleNamespace(kind="what"),
        entry=SimpleNamespace(question="asked"),
    )
    monkeypatch.setattr(diagnostics, "kind_of", lambda _: kind)
    monkeypatch.setattr(diagnostics, "fit_folder", lambda *_: None)
    monkeypatch.setattr(diagnostics, "evaluations", lambda *_: [SimpleNamespace(queries=None)])
    monkeypatch.setattr(diagnostics, "replace", lambda _, queries: queries)
    return alive, chosen, SimpleNamespace(queries=queries)


def test_what_a_change_has_made_is_freed_once_it_is_scored(made, tmp_path):
    alive, chosen, change = made
    gc.disable()
    try:
        table = diagnostics.score_once(tmp_path / "one.parquet", chosen, change)
    finally:
        gc.enable()

    assert ["u"] == table["user_id"].to_list()
    assert [None] == [one() for one in alive]
