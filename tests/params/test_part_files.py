"""A part file that does not say what it has to is named, with what it lacks, before anything is run."""

from importlib import import_module

import pytest
import yaml

from study.errors import UserError
from study.params import load, worlds
from study.params.parts import names_in
from study.stages.refusals import refuse_sections
from tests.params.test_load import changed

BUILD = "def build(*given):\n    return given\n"
REPRESENTATION = f'LAYOUT = "event"\n{BUILD}'
OBJECTIVE = """
CLASSES: str = "candidates"
LAYOUTS = ("event",)
ASKS_ABOUT_TIME = True
READ_SHARE = 1.0


def readouts(stream, cutoffs):
    return None
"""


@pytest.fixture
def check(tmp_path, monkeypatch):
    """What `check` says of the anchor with a part `mine` of a kind, whose text is given."""

    def run(kind: str, text: str | bytes) -> str | None:
        package = import_module(f"study.nn.{kind}s" if kind != "loss" else "study.nn.losses")
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "mine.py").write_bytes(text if isinstance(text, bytes) else text.encode())
        where = [*package.__path__, str(folder)]
        monkeypatch.setattr(package, "__path__", where)
        monkeypatch.setattr(package.__spec__, "submodule_search_locations", where)
        try:
            load(changed(f"roster.sum-horizon.{kind}", "mine", tmp_path))
        except UserError as error:
            return str(error)
        return None

    names_in.cache_clear()
    yield run
    names_in.cache_clear()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("representation", REPRESENTATION),
        ("representation", REPRESENTATION.replace("LAYOUT =", "LAYOUT: str =")),
        ("representation", f"from study.nn.representations.sum import LAYOUT\n{BUILD}"),
        ("architecture", f"SEES_LATER: bool = False\nREADS_ORDER = True\n{BUILD}"),
        ("head", f"READS_OWN: bool = False\nCOMPOSES: bool = False\n{BUILD}"),
        ("head", f"READS_OWN, COMPOSES = False, False\n{BUILD}"),
        ("objective", OBJECTIVE),
        ("loss", BUILD),
    ],
)
def test_a_part_that_says_what_it_has_to_is_taken_annotated_or_imported(check, kind, text):
    assert check(kind, text) is None


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("representation", BUILD, "LAYOUT is missing; it has to be \"event\" or \"token\""),
        ("representation", REPRESENTATION.replace("event", "events"), "LAYOUT is 'events'; it has to be \"event\""),
        ("representation", f"LAYOUT = str('event')\n{BUILD}", "LAYOUT is no plain value; it has to be"),
        ("architecture", BUILD, "SEES_LATER is missing; it has to be True or False"),
        ("architecture", f"SEES_LATER = 'no'\n{BUILD}", "SEES_LATER is 'no'; it has to be True or False"),
        ("architecture", f"SEES_LATER = False\n{BUILD}", "READS_ORDER is missing; it has to be True or False"),
        ("head", f"COMPOSES = False\n{BUILD}", "READS_OWN is missing"),
        ("head", f"READS_OWN = False\n{BUILD}", "COMPOSES is missing"),
        ("objective", OBJECTIVE.replace('("event",)', '"event"'), "LAYOUTS is 'event'; it has to be (\"event\",)"),
        ("objective", OBJECTIVE.replace("candidates", "candidate"), "CLASSES is 'candidate'"),
        ("objective", OBJECTIVE.replace("ASKS_ABOUT_TIME", "ASKS_ABOUT"), "ASKS_ABOUT_TIME is missing"),
        ("objective", OBJECTIVE.replace("1.0", "0.0"), "READ_SHARE is 0.0"),
        ("objective", f"HIDES = False\n{OBJECTIVE}", "HIDES is False; it has to be True; leave it out where"),
        ("loss", "\n\ndef build(frequency:\n    return 1\n", "line 3: '(' was never closed"),
        ("loss", "def build(frequency):\nreturn 1\n", "line 2: expected an indented block"),
        ("loss", b"\xff", "'utf-8' codec can't decode byte 0xff"),
        ("loss", f"from study.nn.losses.negative import uniform\n{BUILD}", "line 1: there is no module study.nn.loss"),
    ],
)  # fmt: skip
def test_a_part_that_does_not_is_named_with_what_it_lacks(check, kind, text, said):
    folder = {"loss": "losses"}.get(kind, f"{kind}s")
    told = check(kind, text)

    assert told is not None
    assert told.startswith(f"study/nn/{folder}/mine.py: {said}")
    assert "\n" not in told


@pytest.mark.parametrize(("kind", "text", "mark"), [("objective", "LAYOUTS = ()\n", "CLASSES"), ("loss", "", "build")])
def test_a_file_that_is_no_part_is_told_what_makes_one(check, kind, text, mark):
    assert f"/mine.py is a helper, for it has no {mark}" in check(kind, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no such file; add it"),
        ("def values(settings):\n    return {}\n", "simulate is missing; add it"),
        ("def values(\n", "line 1: '(' was never closed; correct it"),
    ],
)
def test_a_world_without_its_file_is_named(tmp_path, monkeypatch, text, said):
    package = import_module("study.worlds")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    monkeypatch.setattr(worlds, "NAMES", (*worlds.NAMES, "mine"))
    names_in.cache_clear()
    if text is not None:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match=r"^study/worlds/mine\.py: ") as caught:
        refuse_sections(load())
    assert said in str(caught.value)
    names_in.cache_clear()


ASKED = [
    ("roster.x", {"family": "counting", "rule": "key_action_days"}, "main"),
    ("roster.x", {"family": "aggregates", "model": "screening_linear", "loss": "bce"}, "catalogue"),
    ("roster.sum-horizon.model", "screening_sequence", None),
    ("roster.x", {"family": "counting", "rule": "popularity"}, "who"),
    ("roster.x", {"family": "aggregates", "model": "gbdt", "loss": "lambdarank"}, "who"),
    ("roster.who-sum-bce.model", "sequence", None),
]
QUESTIONS = {"main": "categories", "catalogue": "products", "who": "coupons"}


@pytest.mark.parametrize(("place", "entry", "arm"), ASKED)
def test_what_ranks_users_alone_is_not_asked_for_candidates_nor_the_other_way_round(place, entry, arm, tmp_path):
    whole = entry if arm is None else entry | {"arm": arm, "question": QUESTIONS[arm]}

    with pytest.raises(UserError, match=r"roster\.[\w-]+: \w+ ranks (users|candidates), but .* of kind") as caught:
        load(changed(place, whole, tmp_path))
    assert "\n" not in str(caught.value)


def test_a_world_is_not_asked_of_what_ranks_users(tmp_path):
    raw = yaml.safe_load(changed("seed", 1, tmp_path).read_text(encoding="utf-8"))["worlds"]["roster"]

    with pytest.raises(UserError, match=r"worlds\.roster: 'key-days' ranks users, and worlds ask for candidates; drop"):
        refuse_sections(load(changed("worlds.roster", [*raw, "key-days"], tmp_path)))
