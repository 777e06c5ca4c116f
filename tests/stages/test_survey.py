"""What a log is like and what questions find in it come from one pass, and faults are told question by question."""

import json

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.paths import PARAMS
from study.stages import survey
from study.stages.by_part import by_part
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


def described(**changes) -> None:
    """A log with the parameters that `init` writes, and changes of single questions."""
    funnel().write_parquet("log.parquet")
    main(["init", "log.parquet"])
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    for name, change in changes.items():
        raw["questions"][name] |= change
    PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")


@pytest.fixture
def passes(monkeypatch):
    """How many parts each pass over the log has had, and what each has made of them."""
    seen = []

    def watched(*given):
        made = list(by_part(*given))
        seen.append(made)
        yield from made

    monkeypatch.setattr(survey, "by_part", watched)
    return seen


def test_one_pass_asks_all_questions_and_those_that_are_held_back_with_the_others(workspace, passes, capsys):
    described()
    assert 0 == main(["check"])

    ((facts, found),) = passes[0]
    assert len(passes) == 1
    assert int(facts.row["events"].item()) == funnel().height
    params = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))["questions"]
    assert params["products"]["candidate"] == params["young"]["candidate"]
    different = {json.dumps(question | {"held_back": 0}, sort_keys=True) for question in params.values()}
    assert len(found) == len(different) < len(params)


def test_sessions_have_a_pass_of_their_own(workspace, passes, capsys):
    sessions = {"sessions": True, "horizon_minutes": 5_000, "horizon_days": None}
    log = funnel().with_columns(customerId=pl.int_range(pl.len()) // 6).sort("customerId", "occurred_at")
    first = pl.col("occurred_at").first().over("customerId")
    placed = log.with_columns(occurred_at=first + pl.duration(minutes=5 * pl.int_range(pl.len()).over("customerId")))
    described(categories=sessions, products=sessions, young=sessions, coupons=sessions)
    placed.write_parquet("log.parquet")
    main(["check"])

    assert {} == passes[0][0][1]


NEVER = {"key_action": {"event_type": ["never"]}}
TOO_LONG = {"windows": {"stop": 20, "select": 40, "test": 40}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"categories": TOO_LONG, "products": NEVER}, "questions.categories"),
        ({"categories": NEVER, "products": TOO_LONG}, "questions.categories.key_action"),
        ({"products": TOO_LONG, "coupons": NEVER}, "questions.products"),
    ],
)
def test_the_fault_of_the_first_question_that_has_one_is_told(workspace, changes, told, capsys):
    described(**changes)
    capsys.readouterr()

    assert 2 == main(["check"])
    assert told in capsys.readouterr().err
