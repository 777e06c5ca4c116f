"""What the rows of the log of scorings say of a run."""

import pytest

from study.exhibits import findings, scorings, shipping
from study.exhibits.scoring_log import beside_other_work
from tests.exhibits.asking import lead
from tests.exhibits.pairing import text
from tests.exhibits.test_pages import log

REVISION = "0123456789abcdef+1"


def of_revision(written) -> None:
    written["manifest.json"]["revision"] = REVISION


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        ("| 2020-01-01 | `0123456` | Other work ran beside it, so its minutes say little |", True),
        ("| 2020-01-01 | `abcdef0` | main anew, beside other work; compared at 0123456 |", True),
        ("| 2020-01-01 | `0123456` | main anew, with nothing beside it |", False),
        ("| 2020-01-01 | `abcdef0` | main anew, beside other work |", False),
        ("| 2020-01-01 | `abcdef0` | beside other work; all have the scores of 0123456 |", False),
    ],
)
def test_that_other_work_ran_beside_is_told_by_the_row_of_the_revision(made, tmp_path, row, is_told):
    assert is_told == bool(beside_other_work(made(of_revision), log(tmp_path, [row])))


@pytest.mark.parametrize(("trained", "is_told"), [("abcdef0123456789", True), ("fedcba0123456789", False)])
def test_the_row_of_the_training_holds_however_often_its_scores_are_compared_since(made, tmp_path, trained, is_told):
    def retold(written):
        of_revision(written)
        written["cost/sum-horizon.json"]["revision"] = trained

    rows = ["| 2020-01-01 | `abcdef0` | main anew, beside other work |", "| 2020-01-02 | `0123456` | compared again |"]
    assert is_told == bool(beside_other_work(made(retold), log(tmp_path, rows)))


def test_a_revision_too_short_to_be_found_is_not_looked_for(made, tmp_path):
    rows = ["| 2020-01-01 | `abcdef0` | beside other work |"]

    assert "" == beside_other_work(made(), log(tmp_path, rows))


def test_seconds_are_told_with_it(made, monkeypatch):
    told = ", where other work may have made seconds too many"
    for module in (findings, shipping):
        monkeypatch.setattr(module, "beside_other_work", lambda _: told)

    assert f"MB on the machine of this run{told}" in lead(made(), "What to ship, at what cost?")
    assert f"its cost on the machine of this run{told}" in text(findings.price(made()))


def test_of_another_log_the_rows_that_came_with_the_study_are_folded(made, tmp_path):
    path = log(tmp_path, ["| 2020-01-01 | `abcdef0` | the <first> look |"])
    own, other = (
        scorings.scored(made(change), path).text
        for change in (lambda _: None, lambda written: written["data.json"].update(source="mine.parquet"))
    )

    for shown in (own, other):
        assert "the &lt;first&gt; look" in shown
    assert "<details" not in own
    assert other.index("The table tells of 1 scoring") < other.index("<details") < other.index("abcdef0")
    assert other.index("abcdef0") < other.index("</details>") < other.index("were settled on the log that the study")


def test_what_did_not_work_is_shown_of_the_study_s_own_log_alone(made, tmp_path):
    path = tmp_path / "log.md"
    path.write_text(
        "# Log\n\n## What did not work\n\n| Tried | What came of it |\n|---|---|\n| `wider` | 0.25, <b>slower</b> |\n"
    )
    own, other = (
        scorings.failures(made(change), path).text
        for change in (lambda _: None, lambda written: written["data.json"].update(source="mine.parquet"))
    )

    assert "1 row" in own
    assert ">wider<" in own
    assert "<b>" not in own
    assert "wider" not in other
