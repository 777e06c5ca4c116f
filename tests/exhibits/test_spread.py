"""What Student's t says of an arm that ranks users, by the spread that it publishes."""

import json

import pytest

from study.errors import UserError
from study.exhibits import few_seeds, who
from study.exhibits.caveats import caveats
from study.exhibits.spread import SPREAD
from tests.exhibits.asking import lead, say
from tests.exhibits.pairing import text

NAME = "who-event-over-flat"
SIDES = "who-sum-bce over who-flat-bce"


def spread(change=lambda _: None):
    """The results of both arms, in which one contrast of who is better, and seeds lie as the change leaves them."""

    def changed(written):
        say("better", NAME)(written)
        change(written["spread.json"])

    return changed


@pytest.fixture
def read(made):
    """The arm who, of which t is asked, and the arm main that it stands beside."""

    def make(change=lambda _: None):
        results = made(who=spread(change))
        asked = results.beside("who")
        asked.__dict__.pop("by_student", None)
        return results, asked

    return make


def close(found):
    found["by_seed"] = {name: [0.3, 0.3001] for name in found["by_seed"]}
    found["among_users"] = dict.fromkeys(found["among_users"], 0.001)


def test_a_verdict_that_few_seeds_leave_open_is_named_on_its_page_and_among_the_caveats(read, monkeypatch):
    results, asked = read()
    monkeypatch.setattr(type(results), "beside", lambda _, arm: asked if arm == "who" else None)

    assert [NAME] == [one.name for one in few_seeds.unsure(asked, asked.contrasts)]
    assert f"{SIDES} (better; " in text(who.histories(asked))
    assert f"Few seeds, or few users. {SIDES} (better; " in text(caveats(results))


def test_a_verdict_that_t_passes_too_is_not(read):
    _, asked = read(close)

    assert "better" == asked.by_student[NAME].verdict
    assert [] == few_seeds.told([(asked, asked.contrasts)])


def test_an_answer_about_counting_says_that_it_hangs_on_few_seeds(made, monkeypatch):
    results = made(who=say("better", "who-aggregates-over-counting"))
    asked = results.beside("who")
    asked.__dict__.pop("by_student", None)
    monkeypatch.setattr(type(results), "beside", lambda _, arm: asked if arm == "who" else None)

    assert ", but undetermined by t" in lead(results, "Who will buy?")


def test_older_results_without_a_spread_are_not_asked(read):
    _, asked = read()
    (asked.folder / SPREAD).unlink()

    assert {} == asked.by_student


@pytest.mark.parametrize(("part", "missing"), [("among_users", NAME), ("by_seed", "who-flat-bce")])
def test_a_spread_that_lacks_something_is_one_line(read, part, missing):
    _, asked = read(lambda found: found[part].pop(missing))

    with pytest.raises(UserError, match=rf"spread\.json: it lacks '{missing}'; run `dvc repro`"):
        _ = asked.by_student


def test_a_variant_does_not_differ_from_itself_however_far_its_seeds_lie_apart(read):
    _, asked = read()
    path = asked.folder / "contrasts.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    (row,) = (one for one in rows if one["name"] == NAME)
    row |= {"right_variant": row["left_variant"], "effect": 0.0, "verdict": "undetermined"}
    path.write_text(json.dumps(rows), encoding="utf-8")
    told = json.loads((asked.folder / SPREAD).read_text(encoding="utf-8"))
    told["among_users"][NAME] = 0.0
    (asked.folder / SPREAD).write_text(json.dumps(told), encoding="utf-8")
    asked.__dict__.pop("contrasts", None)

    assert "equivalent" == asked.by_student[NAME].verdict
