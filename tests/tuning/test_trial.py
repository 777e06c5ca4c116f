"""What a trial leaves for the calibration of probabilities."""

from types import SimpleNamespace

import polars as pl

from study.paths import SELECT
from study.tuning import trial as trials
from study.tuning.trial import Rung, run_rung
from tests.tiny import Counted


def test_what_calibrates_is_what_the_best_weights_say_of_select(monkeypatch, tmp_path):
    """Of windows that neither they nor the round was chosen by."""
    data = SimpleNamespace(fold=None, stop=["stop"], select=["first", "second"])
    kind = SimpleNamespace(
        primary=lambda model, _: [0.0, 0.2, 0.5, 0.4][model.done],
        score=lambda model, window, _: {"scores": pl.DataFrame({"window": [window], "round": [model.done]})},
        CALIBRATES=True,
    )
    params = SimpleNamespace(
        variants={"v": SimpleNamespace(arm="who")}, question_of=lambda _: None, seed=1, device="cpu",
        spent=lambda _: SimpleNamespace(patience=5),
    )  # fmt: skip
    monkeypatch.setattr(trials, "build_model", lambda *_: Counted())
    monkeypatch.setattr(trials, "read_development", lambda *_: data)
    monkeypatch.setattr(trials, "kind_of", lambda _: kind)
    monkeypatch.setattr(trials, "Sources", lambda *_: None)
    run_rung(params, tmp_path, Rung(variant="v", number=0, settings={}, index=0, rounds=3, is_last=True))

    assert [("first", 2), ("second", 2)] == pl.read_parquet(tmp_path / SELECT).rows()
