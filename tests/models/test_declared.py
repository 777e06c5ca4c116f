"""A model is what its file says of itself, whatever it is called."""

from importlib import import_module

import pytest

from study.errors import UserError
from study.models.factory import cap_of
from study.params import load
from study.params.budget import Budget
from study.params.checks import problems
from study.params.parts import names_in
from study.params.roster import AggregateEntry
from study.paths import PARAMS
from tests.tiny import BUDGET, ROOT

PUBLISHED = load(ROOT / PARAMS)
ENTRY = AggregateEntry(question="categories", arm="main", family="aggregates", model="gbdt", loss="lambdarank")
BUILD = "def build(entry, settings, budget):\n    return None\n"
TREES, BOTH = "TREES = True\n", 'LOSSES = ("bce", "lambdarank")\n'

pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of a name that the type does not list


@pytest.fixture
def entry_of(tmp_path, monkeypatch):
    """A roster entry with a model of a new name, whose file has the given text."""

    def add(text: str, **update) -> AggregateEntry:
        (tmp_path / "forest.py").write_text(text, encoding="utf-8")
        package = import_module("study.models")
        where = [*package.__path__, str(tmp_path)]
        monkeypatch.setattr(package, "__path__", where)
        monkeypatch.setattr(package.__spec__, "submodule_search_locations", where)
        return ENTRY.model_copy(update={"model": "forest", **update})

    names_in.cache_clear()
    yield add
    names_in.cache_clear()


def told(entry: AggregateEntry) -> list[str]:
    return problems(PUBLISHED.model_copy(update={"roster": PUBLISHED.roster | {"x": entry}}))


@pytest.mark.parametrize(
    ("text", "expected"), [(TREES + BUILD, BUDGET["boosting_rounds"]), (BUILD, 1)], ids=["trees", "nothing"]
)
def test_a_model_whose_rounds_are_trees_has_as_many_as_the_budget_has(entry_of, text, expected):
    assert expected == cap_of(entry_of(text), Budget(**BUDGET))


@pytest.mark.parametrize(
    ("variant", "rounds"),
    [
        ("lightgbm-binary", "boosting_rounds"),
        ("who-lightgbm-binary", "boosting_rounds"),
        ("hybrid-lambdarank", "boosting_rounds"),
        ("sum-horizon", "rounds"),
        ("logistic-aggregates", None),
        ("markov", None),
        ("average-of-seeds", None),
    ],
)
def test_published_variants_have_the_rounds_of_their_kind(variant, rounds):
    assert (BUDGET[rounds] if rounds else 1) == cap_of(PUBLISHED.variants[variant], Budget(**BUDGET))


@pytest.mark.parametrize(("text", "loss"), [(BOTH + BUILD, "lambdarank"), (BOTH + BUILD, "bce"), (BUILD, "bce")])
def test_a_loss_that_a_model_has_is_taken(entry_of, text, loss):
    assert [] == told(entry_of(text, loss=loss))


@pytest.mark.parametrize("text", [BUILD, f'LOSSES = ("bce",)\n{BUILD}'])
def test_a_loss_that_a_model_does_not_have_is_told_with_those_it_has(entry_of, text):
    assert ["roster.x: model forest has no loss 'lambdarank'; known: bce"] == told(entry_of(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TREES = False\n", "TREES is False; it has to be True; leave it out"),
        ('LOSSES = "bce"\n', "LOSSES is 'bce'; it has to be"),
        ('LOSSES = ("bpr",)\n', r"LOSSES is \('bpr',\); it has to be"),
    ],
)
def test_a_model_that_says_it_wrongly_is_named(entry_of, text, said):
    with pytest.raises(UserError, match=rf"^study/models/forest\.py: {said}"):
        told(entry_of(text + BUILD))
