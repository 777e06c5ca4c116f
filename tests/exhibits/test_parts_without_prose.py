"""Parts that the pages have no words for are told by what their files say of themselves, and by their names."""

import re
from dataclasses import replace

import pytest

from study.exhibits import advice, architecture, choose, clauses, diagnostics, plan, representation
from study.exhibits.prose import percent
from study.exhibits.records import Diagnosis
from study.nn.objectives import next_token
from study.params.parts import names_in
from study.params.roster import SequenceEntry
from tests.exhibits.asking import as_long, lead, told
from tests.exhibits.conftest import diagnosis
from tests.exhibits.pairing import text


@pytest.fixture
def renamed(made, monkeypatch):
    """Results whose roster has new names for parts that are as the old ones."""

    def make(part, /, **names):
        new = {f"study.nn.{part}s.{name}": f"study.nn.{part}s.{old}" for old, name in names.items()}
        monkeypatch.setattr(choose, "names_in", lambda module: names_in(new.get(module, module)))
        results = made(as_long(), young=lambda _: None)
        roster = {
            variant: entry.model_copy(update={part: names.get(getattr(entry, part), getattr(entry, part))})
            if isinstance(entry, SequenceEntry)
            else entry
            for variant, entry in results.params.roster.items()
        }
        new_results = replace(results, params=results.params.model_copy(update={"roster": roster}))
        new_results.__dict__["by_student"] = {}
        return results, new_results

    return make


def test_an_event_level_representation_is_held_against_tokens(renamed):
    known, new = renamed("representation", sum="mean", flat="words")

    assert "one position per event (mean) and flattened tokens" in lead(new, "Which representation?")
    assert lead(known, "Which representation?") == lead(new, "Which representation?").replace("(mean)", "(sum)")
    assert text(representation.history(known)) == text(representation.history(new))


def test_a_model_of_tokens_is_told_in_tokens(renamed):
    _, new = renamed("representation", flat="words")

    assert "512 tokens" == plan.sequence_parts(new.params, "main")["flat-next"]["context"]
    assert "128 events" == plan.sequence_parts(new.params, "main")["sum-horizon"]["context"]
    assert "tokens" == choose.counted(choose.parts_of(new, "flat-next-tokens"))


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("representation", {"sum": "mean", "flat": "words"}),
        ("architecture", {"bidirectional": "both_ways", "causal": "rotary"}),
    ],
)
def test_advice_is_marked_by_contrasts_of_such_parts(renamed, part, names):
    known, new = renamed(part, **names)

    for about in (advice.event_level, advice.encoder):
        assert [p.contrast.name for p in about(known)] == [p.contrast.name for p in about(new)] != []


def test_that_the_advice_is_about_one_representation_is_told_by_its_name(renamed):
    known, new = renamed("representation", sum="mean")

    assert "All of this is said of the sum of an event's embeddings; against that: concat" in text(advice.marks(known))
    assert "All of this is said of the representation mean; against that: concat" in text(advice.marks(new))


def test_an_architecture_that_sees_later_positions_is_asked_as_such_a_one(renamed):
    _, new = renamed("architecture", bidirectional="both_ways")

    assert "of sampled prefixes" == choose.labels(choose.parts_of(new, "bidirectional-horizon"))
    assert "as the both ways model is (bidirectional-horizon over" in text(architecture.labels(new))


def test_architectures_are_held_against_one_without_order_by_what_they_say_of_themselves(renamed):
    known, new = renamed("architecture", causal="rotary", mean_pool="maximum")
    words = {"the architecture rotary": "causal attention", "the architecture maximum": "an average by age"}
    found = lead(new, "Does order matter?")
    for name, word in words.items():
        assert name in found
        found = found.replace(name, word)

    assert lead(known, "Does order matter?") == found


def test_the_horizon_is_held_against_any_objective_about_what_comes_next(renamed):
    known, new = renamed("objective", next_moment="next_basket")
    found = lead(new, "Which objective?")

    assert "between the horizon and the next basket" in found
    assert lead(known, "Which objective?") == found.replace("next basket", "next moment")


def test_a_head_that_reads_the_own_past_is_left_its_counts(renamed):
    _, new = renamed("head", repeat_aware="counting")
    found = diagnosis("without-category", "equivalent", 0.0, question="attributes")
    shown = [Diagnosis.model_validate(found | {"left_variant": v}) for v in ("sum-horizon-repeat", "sum-horizon")]

    assert {"sum-horizon-repeat"} == diagnostics._left_their_counts(new, shown)


def test_an_objective_that_hides_events_is_told_by_it(renamed):
    _, new = renamed("objective", masked_event="cloze")

    assert "of hidden events" == choose.labels(choose.parts_of(new, "bidirectional-masked-event"))


def test_an_objective_that_asks_a_share_of_the_prefixes_is_told_with_it(renamed):
    known, new = renamed("objective", next_token="next_word")
    told = f"of {percent(next_token.READ_SHARE)} of the prefixes and all before key actions"

    assert told == choose.labels(choose.parts_of(known, "flat-next"))
    assert told == choose.labels(choose.parts_of(new, "flat-next"))
    assert "of all prefixes" == choose.labels(choose.parts_of(new, "sum-horizon"))
    assert f'<td class="words" data-key="{told}">' in plan.moves(new).text


def test_heads_that_compose_candidates_are_held_against_an_id_table(renamed):
    known, new = renamed("head", composed="attributes", repeat_aware="counting")
    found = told(new, "What about young candidates?")

    assert clauses.NOTHING not in found
    for old, renewed in (("composed", "attributes"), ("repeat-aware", "counting")):
        found = re.sub(rf"(with head |or ){renewed}\b", rf"\1{old}", found)
    assert found == told(known, "What about young candidates?")
