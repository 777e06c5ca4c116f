"""How many events a context of tokens holds is told where attributes are added or taken."""

import pytest

from study.exhibits import diagnostics, room
from tests.exhibits.conftest import diagnosis

ASKED = {"without-category": "attributes", "without-price": "attributes", "noise-1": "noise", "noise-5": "noise"}


def diagnoses(variant, changes=tuple(ASKED)):
    sides = {"left_variant": variant, "right_variant": variant}
    return [diagnosis(change, "equivalent", 0.0, question=ASKED[change], **sides) for change in changes]


def card(missing, longest):
    """A change of results: two attributes, each missing so often, and histories up to so long."""
    kinds = {"category": "categorical", "price": "numeric"}
    known = {name: {"kind": kind, "cardinality": 2, "missing": missing[name]} for name, kind in kinds.items()}

    def change(written):
        written["data.json"] |= {"attributes": known, "events_per_user": {"0.5": 2, "0.95": longest}}

    return change


def test_what_a_context_holds_is_told_as_it_is_and_with_more_and_fewer_attributes(made):
    """Of 512 tokens: an event has 2.5, without an attribute 1.5 or 2, with noise 3.5 or 7.5."""
    change = card({"category": 0.5, "price": 0.0}, 900)
    results = made(change, diagnoses=diagnoses("flat-horizon-repeat"))

    held = "about 205 events of this log as it is, 256 to 341 without one attribute, 146 with 1 random attribute added"
    assert (
        f"<code>flat-horizon-repeat</code> is counted in tokens: it holds {held} and 68 with 5 random attributes"
        in (diagnostics.answer(results).text)
    )


@pytest.mark.parametrize(("changes", "held"), [(("without-price",), "as it is and 256 without"), ((), "")])
def test_only_what_was_asked_is_told(made, changes, held):
    change = card({"category": 0.0, "price": 0.0}, 900)
    results = made(change, diagnoses=diagnoses("flat-horizon-repeat", changes))
    told = " ".join(room.told(results, results.diagnostics.contrasts))

    assert held in told
    assert bool(held) == bool(told)


@pytest.mark.parametrize(("variant", "longest"), [("sum-horizon-repeat", 900), ("flat-horizon-repeat", 60)])
def test_nothing_is_told_of_a_context_of_events_nor_where_every_history_fits(made, variant, longest):
    results = made(card({"category": 0.5, "price": 0.0}, longest), diagnoses=diagnoses(variant))

    assert [] == room.told(results, results.diagnostics.contrasts)
