"""The page Token accounting: its sentences turn with the results."""

import json
import shutil

import pytest

from study.errors import UserError
from study.exhibits import token_clause, tokens, tokens_training
from tests.exhibits.pairing import text
from tests.exhibits.test_diagnostics_pages import MANIFEST, write


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the results of the arm lie."""
    monkeypatch.setattr(tokens, "results_folder", lambda _, arm: tmp_path / arm)
    return tmp_path


def estimate(value):
    return {"estimate": value, "low": value - 0.01, "high": value + 0.01}


def slot(name, losses, shares):
    told = {key: estimate(value) for key, value in zip(tokens.LADDER, losses, strict=True)}
    within = {key: None if value is None else estimate(value) for key, value in shares.items()}
    return {"slot": name, "tokens": 10, "losses": told, "drop": estimate(losses[0] - losses[-1]), "shares": within,
            "within_event_beyond_column": estimate(0.4)}  # fmt: skip


def before(share: float | None, finding: str, gained: float = 0.1) -> dict:
    """What earlier moments tell the model beside counting."""
    losses = {
        key: estimate(value)
        for key, value in zip(("column", "own", "moment", "everything"), (5, 4.8, 5, 4.9), strict=True)
    }
    told = {"tokens": 7, "losses": losses, "gained": estimate(gained), "counted": estimate(0.2)}
    share_ = None if share is None else estimate(share)
    return {"past": told | {"share": share_}, "finding_as_counting": finding}


LESS, NONE = before(0.5, "fails"), {"past": None, "finding_as_counting": "undetermined"}


@pytest.fixture
def accounted(folder):
    def make(
        finding="holds",
        beyond="holds",
        clear=True,
        within=0.7,
        earlier=0.2,
        variant="flat-next",
        ranked=None,
        past=LESS,
    ):
        shares = {"column": 0.5, "event": 0.2, "moment": 0.1, "earlier": earlier, "within_event": within}
        shares = shares if clear else dict.fromkeys(shares)
        first = slot("category" if ranked else "price", [4, 3, 2, 1.9, 1.8], ranked or dict.fromkeys(shares))
        rows = [first, slot("all", [4, 2, 1.5, 1.2, 1], shares)]
        found = {
            "variant": variant, "seeds": 2, "rounds": 3, "positions": 100, "users": 5, "at_least": 0.5,
            "finding": finding, "finding_beyond_column": beyond, "slots": rows, **past,
            "training_losses": {"event": [[2.0, 1.0, 0.9]], "everything": [[2.0, 1.5, 1.2]]},
        }  # fmt: skip
        write(folder / "tokens", {"tokens.json": found, "manifest.json": MANIFEST})
        return tokens.load()

    return make


def test_the_verdict_on_token_statistics_turns_with_the_finding(accounted):
    assert "<strong>holds</strong>: of the drop of its loss" in tokens.answer(accounted()).text
    assert "does <strong>not hold</strong>" in tokens.answer(accounted(beyond="fails")).text
    undetermined = tokens.answer(accounted(beyond="undetermined")).text
    assert "Whether <code>flat-next</code> learns token statistics instead of behaviour stays" in undetermined
    assert (
        "50 % [49 %, 51 %] is reached by knowing which column comes next, from the order of the columns alone, and of "
        "the rest 40 % [39 %, 41 %] by a twin" in undetermined
    )
    assert "that sees one event, where the criterion is at least 50 %; where a moment begins" in undetermined


@pytest.mark.parametrize(
    ("past", "beyond", "verdict"),
    [
        (LESS, "holds", "That {} <strong>holds</strong>"),
        (LESS, "fails", "That {} does <strong>not hold</strong>"),
        (before(1.0, "undetermined"), "holds", "Whether {} stays <strong>undetermined</strong>"),
        (before(1.2, "overtaken"), "holds", "That {} does <strong>not hold</strong>"),
        (before(1.2, "overtaken"), "undetermined", "That {} does <strong>not hold</strong>"),
        (before(None, "undetermined"), "holds", "That {} <strong>holds</strong>"),
        (NONE, "holds", "That {} <strong>holds</strong>"),
    ],
)
def test_a_model_that_the_past_tells_what_it_tells_counting_has_learned_behaviour(accounted, past, beyond, verdict):
    claim = "<code>flat-next</code> learns token statistics instead of behaviour"
    told = tokens.verdict(accounted(beyond=beyond, past=past)[0])

    assert told.startswith(verdict.format(claim))
    assert (past is NONE) == ("where a moment begins" not in told)
    asked = "of the −0.200 [−0.210, −0.190] by which counting of the user's own tokens in half a context does"
    assert (past not in (NONE, before(None, "undetermined"))) == (asked in told)
    assert (past == before(None, "undetermined")) == ("tells nothing clearly" in told)


@pytest.mark.parametrize(("gained", "change"), [(0.1, "−0.100 [−0.110, −0.090]"), (-0.05, "+0.050 [+0.040, +0.060]")])
def test_what_earlier_moments_do_to_the_loss_has_its_sign(accounted, gained, change):
    told = tokens.verdict(accounted(past=before(-0.25, "holds", gained))[0])

    assert f"earlier moments change its loss of what is ranked by {change} nats" in told


def test_the_verdict_is_of_what_is_learned_beyond_the_columns_alone(accounted, folder):
    """Their order is known before anything is learned, and with many columns it is most of the drop."""
    both = [tokens.verdict(accounted(finding, "fails")[0]) for finding in ("holds", "fails")]
    assert both[0] == both[1]
    path = folder / "tokens" / "tokens.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    found["slots"][-1]["within_event_beyond_column"] = None
    path.write_text(json.dumps(found), encoding="utf-8")

    assert (
        "cannot be told: its loss does not lie clearly below that of a model which knows which"
        in tokens.answer(tokens.load()).text
    )


def test_a_twin_that_sees_less_and_is_better_is_told(accounted):
    told = "costs the training more than it tells"

    assert told in tokens.answer(accounted("overtaken", within=1.1)).text
    assert told not in tokens.answer(accounted(within=1.005)).text
    assert told not in tokens.answer(accounted()).text


def test_nothing_is_told_of_what_is_learned_where_a_twin_that_sees_less_is_better(accounted):
    shown = tokens.answer(accounted("overtaken", within=1.1)).text

    assert "Whether <code>flat-next</code> learns token" in shown
    assert "<strong>cannot be told</strong> at this budget" in shown
    assert "brings the loss from 4.000 nats per token down to 2.000" in shown
    assert "50 % [49 %" not in shown
    assert "(110 %" in shown
    assert "of the rest" not in shown
    assert "cannot be told</strong> at this budget" in tokens.answer(accounted(beyond="overtaken")).text
    assert "cannot be told" not in tokens.answer(accounted()).text


def test_a_part_that_is_clearly_below_zero_is_explained(accounted):
    told = "at this budget strictly earlier moments cost the training more than they tell"

    assert told in tokens.answer(accounted(earlier=-0.05)).text
    assert "below zero" not in tokens.answer(accounted(earlier=-0.005)).text
    assert "below zero" not in tokens.answer(accounted()).text


def test_the_batch_of_the_accounting_is_told(accounted):
    told = "tokens, in batches of at most 256 tokens, padding among them, or of one longer piece of at most 512."
    assert told in tokens_training.training(accounted()).text


def test_without_a_clear_drop_none_is_shared_out(accounted):
    assert "comes from: which column comes next 50 %" in tokens.answer(accounted()).text
    told = tokens.answer(accounted(clear=False)).text
    assert "cannot be told" in told
    assert "comes from" not in told


def test_the_tables_show_every_slot_and_a_dash_without_a_drop(accounted):
    told = tokens.every_slot(accounted()).text

    assert "<code>price</code>" in told
    assert "\N{EN DASH}" in told
    assert 2 == told.count("in brackets: the 95 % interval over users and seeds") // 2  # a caption is told twice
    assert "strictly earlier moments" in tokens.bars(accounted()).text


def test_shares_whose_interval_is_wider_than_the_drop_are_none(accounted, folder):
    accounted()
    path = folder / "tokens" / "tokens.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    found["slots"][-1]["shares"]["event"] |= {"estimate": 27.3, "low": 15.4, "high": 99.5}
    path.write_text(json.dumps(found), encoding="utf-8")
    told, page = tokens.every_slot(tokens.load()).text, tokens.answer(tokens.load()).text

    assert not any(amount in told + page for amount in ("2730", "2,730", "50 % [49 %, 51 %]", "70 % [69 %, 71 %]"))
    assert "cannot be told: its loss does not lie far enough below the unigram loss" in page
    assert "nats per token comes from" not in page
    assert "50 % [49 %, 51 %]" in tokens.every_slot(accounted()).text
    assert "nats per token comes from" in tokens.answer(accounted()).text


def test_training_tells_how_the_losses_of_the_last_rounds_fell(accounted, folder):
    """The last of three rounds is a sixth of them at least: losses of 0.9 after 1.0, and of 1.2 after 1.5."""
    slow = "What sees everything was still learning faster than its twins at the end, so that its part may be larger "
    text = tokens_training.training(accounted()).text
    told = (
        "is 10 % lower (the model that sees its event) and 20 % lower (the model that sees everything) than in the one"
    )
    assert "In the last round the training loss" in text
    assert told in text
    assert slow in tokens_training.rising(accounted()).text

    path = folder / "tokens" / "tokens.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    for everything, event, is_told in ((1.5, 0.9, False), (1.3, 0.8, False), (1.3, 1.1, True), (1.6, 1.1, False)):
        found["training_losses"] = {"event": [[2.0, 1.0, event]], "everything": [[2.0, 1.5, everything]]}
        path.write_text(json.dumps(found), encoding="utf-8")
        assert is_told == (slow in tokens_training.rising(tokens.load()).text)
    assert "6.7 % higher (the model that sees everything)" in tokens_training.training(tokens.load()).text


def test_of_one_round_nothing_is_said_of_learning_on(accounted, folder):
    accounted()
    path = folder / "tokens" / "tokens.json"
    found = json.loads(path.read_text(encoding="utf-8")) | {"rounds": 1}
    found["training_losses"] = {"event": [[2.0]], "everything": [[2.0]]}
    path.write_text(json.dumps(found), encoding="utf-8")

    assert "" == text(tokens_training.rising(tokens.load()))
    assert "In the last" not in text(tokens_training.training(tokens.load()))


def test_a_broken_file_names_itself(accounted, folder):
    accounted()
    (folder / "tokens" / "tokens.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"tokens\.json"):
        tokens.load()


@pytest.mark.parametrize(
    ("variant", "refit", "is_told"),
    [("flat-next-tokens", 150, True), ("flat-next-tokens", 151, False), ("flat-next", 10, False)],
)
def test_fits_that_were_trained_longer_than_the_refits_say_so(accounted, folder, made, variant, refit, is_told):
    """Three rounds of 100 tokens; a refit of flat-next reads events, nobody knows of how many tokens."""

    def read(written):
        written[f"cost/{variant}.json"]["positions"] = refit

    results = made(read)
    accounted(variant=variant)
    shutil.copytree(folder / "tokens", results.root / "tokens")

    told = f"; these fits read 300 tokens each, the refits that its contrasts compare {refit} (<a href"
    assert is_told == (told in token_clause.told(results))
    assert is_told == ("these fits read" in token_clause.told(results))
    assert "; the model that sees everything was still learning faster than its twins" in token_clause.told(results)


def test_the_refits_of_a_variant_that_is_in_no_contrast_are_not_said_to_be_compared(accounted, folder, made):
    def alone(written):
        written["cost/flat-next-tokens.json"]["positions"] = 150
        sides = ("left_variant", "right_variant")
        written["contrasts.json"] = [
            one for one in written["contrasts.json"] if "flat-next-tokens" not in [one[side] for side in sides]
        ]

    results = made(alone)
    accounted(variant="flat-next-tokens")
    shutil.copytree(folder / "tokens", results.root / "tokens")

    told = token_clause.told(results)
    assert "; these fits read 300 tokens each, its refits, which no contrast compares, 150 (<a href" in told


@pytest.mark.parametrize("finding", ["holds", "overtaken"])
def test_what_the_order_of_columns_is_worth_and_other_events_tell_of_what_is_ranked_stands_beside(
    accounted, folder, made, finding
):
    own = made(lambda _: None)
    mine = made(lambda written: written["data.json"].update(source="mine.parquet"))
    parts = {"column": 0.9, "event": -0.01, "moment": 0.1, "earlier": 0.01, "within_event": 0.89}
    accounted(finding, ranked=parts)
    for results in (own, mine):
        shutil.copytree(folder / "tokens", results.root / "tokens", dirs_exist_ok=True)
    told, of_mine = token_clause.told(own), token_clause.told(mine)

    order = "; of the drop of <code>category</code>, "
    ranked = (
        "which is ranked, other events of the moment tell 10 % [9 %, 11 %] and earlier moments, of some 269 events "
    )
    ranked += "that its context holds, 1 % [0 %, 2 %]"
    assert (finding == "holds") == (f"{order}{ranked}; its settings were made its own when" in told)
    rising = "was still learning faster than its twins at the end, so that its part may be larger with more rounds"
    mine_ends = f"{order}{ranked}; the model that sees everything {rising} (<a href"
    assert (finding == "holds") == (mine_ends in of_mine)
    assert "its settings" not in of_mine
    assert (finding == "holds") == ("which column comes next" in told)
