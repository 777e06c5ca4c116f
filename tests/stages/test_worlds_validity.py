"""The worlds stage and its validity check, whole, on small logs with counting rules."""

import json
import shutil

import pytest
import yaml
from pydantic import ValidationError

from study import scratch
from study.errors import UserError
from study.params import Params
from study.params.roster import CountingEntry
from study.params.worlds import Validity, Worlds
from study.paths import SCRATCH, code_of, world_file, write_text
from study.stages import worlds, worlds_validity
from study.tuning import workers
from tests.tiny import ROOT

RULES = ["popularity", "personal-frequency", "personal-decay"]
SIZE = {"share": 1.0, "fresh": 20, "users": 1000, "days": 42, "seeds": 1, "rounds": 1, "positions": 100}
SIZE |= {"boosting_rounds": 1}
SECTION = {
    "roster": RULES,
    "windows": {"stop": 1, "select": 1, "test": 1},
    "batch": 256,
    "features": {
        "min_count": 1, "max_values": 99, "bins": 2, "warmup_days": 7, "max_queries": 99, "popular": 5, "sampled": 5
    },
    "frequency": {"users": 80, "days": 42, "context": 8, "items": 40, "concentration": 4, "purchase": 0.4},
    "order": {
        "users": 80, "days": 42, "context": 8, "values": 5, "group": 5, "browse_days": 3, "browse": 0.9, "late": 0.1,
        "purchase": 0.5, "strength": 1.0,
    },
    "binding": {
        "users": 80, "days": 42, "context": 8, "values": 10, "group": 3, "browse_days": 3, "browse": 0.9, "late": 0.1,
        "purchase": 0.5, "strength": 1.0, "shades": 1, "filler": 0.1,
    },
    "delay": {
        "users": 80, "days": 42, "context": 8, "brands": 10, "group": 3, "wish": 0.5, "whim": 0.1, "view": 0.5
    },
    "null": {"users": 80, "days": 42, "context": 8, "items": 30, "purchase": 0.3, "view": 0.1},
    "shop": {
        "users": 80, "days": 42, "context": 8, "items": 30, "segments": 2, "liked": 4, "session": 0.5, "purchase": 0.5,
        "taste": 0.5, "binding": 0.2, "order": 0.2, "futures": 200,
    },
    "contrasts": {
        "counts": {"world": "frequency", "left": "personal-frequency", "right": "popularity", "truth": "better"},
        "nothing": {"world": "null", "left": "personal-frequency", "right": "popularity", "truth": "equal"},
    },
    "validity": {"counting": {"worlds": ["frequency", "null"], "variants": RULES[:2], **SIZE}},
}  # fmt: skip


@pytest.fixture
def params(tmp_path, monkeypatch):
    """The repository's parameters with small worlds, in a workspace of their own."""
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8")) | {"worlds": SECTION, "compare_with": []}
    raw["statistics"]["resamples"] = 200
    raw["budgets"][raw["budget"]]["worlds"] |= {"workers": 1, "stop_queries": 50}
    made = Params.model_validate(raw)
    monkeypatch.chdir(tmp_path)
    for module in (worlds, worlds_validity):
        monkeypatch.setattr(module, "load", lambda: made)
    for name in ("frequency", "null", "shop"):
        write_text(code_of("worlds", name), "code")
    write_text(code_of("worlds_validity"), "code")
    yield made
    worlds.scene.cache_clear()


@pytest.mark.parametrize("name", ["frequency", "null", "shop"])
def test_a_world_is_published_the_same_after_it_was_cut(params, name):
    worlds.run(name)
    path = world_file(name)
    first, found = path.read_bytes(), json.loads(path.read_bytes())
    assert RULES == [row["variant"] for row in found["variants"]]
    if name == "shop":  # so small that the oracle is not clearly ahead of popularity
        assert found["oracle"]["low"] <= found["oracle"]["high"]
    else:
        assert (name == "null") == (found["variants"][0]["share"] is None)
    finished = sorted(SCRATCH.glob("worlds/*/*/*.json"))
    assert len(finished) == len(RULES)
    finished[0].unlink()
    worlds.run(name)
    assert first == path.read_bytes()
    shutil.rmtree(SCRATCH)
    worlds.run(name)
    assert first == path.read_bytes()


@pytest.mark.parametrize("stage", [lambda: worlds.run("frequency"), lambda: worlds_validity.run(3)])
def test_a_worker_that_died_every_time_is_told(params, monkeypatch, stage):
    monkeypatch.setattr(workers, "run_all", lambda tasks, *_: ((number, None) for number in range(len(tasks))))
    with pytest.raises(UserError, match="its worker died at every attempt"):
        stage()


def test_fits_lie_in_scratch_by_all_that_they_depend_on(params):
    """What is declared of them is no part of it: that is judged anew."""

    def of(**changes):
        return worlds.fingerprint(params.model_copy(update=changes), "frequency", code_of("worlds", "frequency"))

    rule = CountingEntry(question="categories", arm="main", family="counting", rule="popularity")
    sections = [SECTION | {"batch": 128}, SECTION | {"windows": {"stop": 1, "select": 1, "test": 2}}]
    sections += [SECTION | {name: SECTION[name] | {"users": 90}} for name in ("frequency", "null")]
    changed = [of(worlds=section) for section in sections[:3]] + [of(seed=params.seed + 1)]
    changed += [of(roster=params.roster | {"personal-decay": rule})]
    assert 1 + len(changed) == len({of(), *changed})
    assert of() == of(worlds=sections[3]) == of(worlds=SECTION | {"contrasts": {}, "validity": {}})


def test_the_logs_that_tell_the_truth_are_others_than_those_that_are_judged(params, tmp_path, monkeypatch):
    part = Validity.model_validate(
        SECTION["validity"]["counting"] | {"users": 1500, "days": 49, "rounds": 7, "positions": 300}
    )
    study = worlds_validity.Study("counting", part, "frequency", params)
    sites = [study.site(role, number) for role in ("repeat", "fresh") for number in (0, 1)]
    given = []
    fits = worlds_validity.fit_and_score
    monkeypatch.setattr(worlds_validity, "fit_and_score", lambda *asked: given.append(asked) or fits(*asked))
    worlds_validity._fits(study, sites[0], tmp_path / "repeat-0.json")

    assert 4 == len({site.seed for site in sites})
    assert {(1500, 49)} == {(site.settings.users, site.settings.days) for site in sites}
    assert ["popularity", "personal_frequency"] == [entry.rule for _, _, entry, _, _ in given]
    assert {(7, 300)} == {(budget.rounds, budget.positions) for _, _, _, budget, _ in given}
    assert 0 == worlds_validity.scene.cache_info().currsize  # as many logs as repeats would not fit into memory


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"variants": ["popularity", "popularity"]}, "a contrast needs two of them, each named once"),
        ({"variants": ["popularity", "personal-frequncy"]}, "did you mean 'personal-frequency'"),
        ({"users": 999}, "the truth needs at least 20000 users"),
    ],
)
def test_a_part_that_cannot_be_judged_is_refused(changes, told):
    part = SECTION["validity"]["counting"] | changes
    with pytest.raises(ValidationError, match=told):
        Worlds.model_validate(SECTION | {"validity": {"counting": part}})


@pytest.mark.parametrize(
    ("truth", "right", "false"),
    [
        (0.03, "better", ["worse", "equivalent"]),
        (-0.03, "worse", ["better", "equivalent"]),
        (0.015, "equivalent", ["worse"]),
        (-0.015, "equivalent", ["better"]),
        (0.0, "equivalent", ["better", "worse"]),
        (0.02, "better", ["worse", "equivalent"]),
    ],
)
def test_what_is_true_within_the_margin_and_beyond_it(truth, right, false):
    """A real difference within the margin is found by *equivalent*; the side that it has is no mistake."""
    verdicts = worlds_validity.VERDICTS

    assert [right] == [one for one in verdicts if worlds_validity.is_right(one, truth, 0.02)]
    assert sorted(false) == sorted(one for one in verdicts if worlds_validity.is_false(one, truth, 0.02))


@pytest.mark.parametrize(("effect", "equivalents"), [(0.3, 1), (0.0, None)])
def test_a_summary_counts_what_was_right_false_and_covered(params, effect, equivalents):
    """Of three repeats: one right, one that says equivalent and misses the truth, one that says nothing.

    By t the second says nothing either.
    """
    part = Validity.model_validate(SECTION["validity"]["counting"])
    study = worlds_validity.Study("counting", part, "frequency", params)
    fresh = [{"recall": {"personal-frequency": 0.5 + effect + noise, "popularity": 0.5}} for noise in (-0.1, 0.0, 0.1)]
    told = [("better", 0.2, 0.4), ("equivalent", -0.9, -0.8), ("undetermined", -0.5, 0.5)]
    repeats = [
        {"contrasts": [{"verdict": one, "by_t": by_t, "low": a, "high": b, "plain_low": a, "plain_high": b / 2}]}
        for (one, a, b), by_t in zip(told, ("better", "undetermined", "undetermined"), strict=True)
    ]
    found = worlds_validity.summary(study, repeats, fresh)
    (row,) = found["contrasts"]

    assert row["truth"] == pytest.approx({"effect": effect, "error": 0.1 / 3**0.5})
    assert {"better": 1, "worse": 0, "equivalent": 1, "undetermined": 1} == row["verdicts"]
    assert (1, 3) == (row["right_verdicts"]["count"], row["right_verdicts"]["of"])
    assert equivalents == (row["false_equivalent"] and row["false_equivalent"]["count"])
    assert (2 if effect else 1) == row["coverage_of_verdicts"]["count"]
    assert (0 if effect else 1) == row["coverage"]["count"]
    assert {"better": 1, "worse": 0, "equivalent": 0, "undetermined": 2} == row["verdicts_by_t"]
    assert 1 == found["any_false"]["count"]
    assert (0 if effect else 1) == found["any_false_by_t"]["count"]


@pytest.mark.slow
def test_the_check_repeats_goes_on_and_counts(params):
    worlds_validity.run(3)
    path = world_file("validity")
    first, (counting, null) = path.read_bytes(), json.loads(path.read_bytes())["parts"]
    assert (3, 20, 20_000) == (counting["repeats"], counting["fresh_logs"], counting["fresh_logs"] * counting["users"])
    (found,) = counting["contrasts"]
    assert found["truth"]["effect"] > 0.2
    assert {"better": 3, "worse": 0, "equivalent": 0, "undetermined": 0} == found["verdicts"] == found["verdicts_by_t"]
    assert (3, 3) == (found["right_verdicts"]["count"], found["right_verdicts"]["of"])
    assert (0, 0.0) == (null["fresh_logs"], null["contrasts"][0]["truth"]["effect"])
    next(SCRATCH.glob("worlds/validity/*/repeat-1.json")).unlink()
    worlds_validity.run(3)
    assert first == path.read_bytes()


def test_a_part_is_run_alone_and_the_others_stay_as_they_are_published(params, monkeypatch):
    """Two parts of the same rules; the second is asked for alone, at another revision."""
    part = SECTION["validity"]["counting"] | {"worlds": ["null"]}
    section = SECTION | {"validity": {"counting": part, "near": part}}
    both = params.model_copy(update={"worlds": section})
    monkeypatch.setattr(worlds_validity, "load", lambda: both)
    worlds_validity.run(2)
    first = json.loads(world_file("validity").read_bytes())["parts"]
    monkeypatch.setattr(worlds_validity, "origin", lambda _: {"revision": "later", "budget": "quick", "seed": 1})
    worlds_validity.run(3, "near")
    kept, anew = json.loads(world_file("validity").read_bytes())["parts"]

    assert ["counting", "near"] == [row["part"] for row in first]
    assert first[0] == kept
    assert ("near", 3, "later") == (anew["part"], anew["repeats"], anew["revision"])


DAMAGED = ("<<<<<<<", "[]", "{}", '{"statistics": {}, "parts": [{}]}', '{"statistics": {}, "parts": ["x"]}')


def test_a_part_goes_with_others_that_were_judged_alike(params):
    """A part that is not there, a damaged file and other statistics are one line each, and nothing is written."""
    path = world_file("validity")
    with pytest.raises(UserError, match="worlds --part: 'countin' is unknown"):
        worlds_validity.run(1, "countin")
    assert not path.exists()
    other = {"parts": [], "statistics": params.statistics.model_dump(mode="json") | {"alpha": 0.1}}
    for text, told in [(text, "no result of the check") for text in DAMAGED]:
        write_text(path, text)
        with pytest.raises(UserError, match=told):
            worlds_validity.run(1, "counting")
        assert text == path.read_text(encoding="utf-8")
    write_text(path, json.dumps(other))
    with pytest.raises(UserError, match="judged with other statistics; run all parts"):
        worlds_validity.run(1, "counting")


def test_logs_that_other_versions_have_fitted_are_made_again(params, monkeypatch):
    worlds_validity.run(1)
    before = set(SCRATCH.glob("worlds/validity/*"))
    worlds_validity.run(1)
    assert before == set(SCRATCH.glob("worlds/validity/*"))
    monkeypatch.setattr(scratch, "versions", lambda: ["torch 0.0.1"])
    worlds_validity.run(1)

    assert 2 * len(before) == len(set(SCRATCH.glob("worlds/validity/*"))) > 0


def test_a_part_of_fewer_than_two_variants_says_what_to_do():
    with pytest.raises(ValidationError, match="two of them, each named once; add one, or remove this part"):
        Validity(worlds=["null"], variants=["popularity"], **SIZE | {"users": 20_000})
