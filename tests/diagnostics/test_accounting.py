import math
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch

from study.diagnostics.accounting import LADDER, _share, account, finding
from study.diagnostics.findings import Diagnosed, above_chance, above_impersonal, diagnoses
from study.diagnostics.slots import Strict, Unigram, _batches, by_user, inside, losses, number_of, slots, sum_of
from study.diagnostics.subjects import IMPERSONAL
from study.events.stream import Cutoffs
from study.features.sequences import prompt_of, token_stream
from study.metrics.bootstrap import Draws
from study.nn.objectives import next_token
from study.params.statistics import Statistics
from tests.made import made_log

SETTINGS = Statistics(resamples=200, margin=0.005, who_margin=0.02, alpha=0.05)
ROWS = [
    ("a", 1.0, "buy", "x", "red"),
    ("a", 1.0, "look", "y", None),
    ("a", 5.0, "buy", "x", "red"),
    ("b", 2.0, "buy", "x", "blue"),
]


@pytest.fixture
def log():
    return made_log(ROWS)


def asked_of(log, stream):
    none = np.zeros(0, dtype=np.int64)
    return next_token.readouts(stream, Cutoffs(none, none, none, 0, 0, log.prompt["event_type"], prompt_of(log)))


def test_the_unigram_counts_tokens_with_one_added_and_no_missing_ones(log):
    unigram = Unigram.of(log)
    counts = np.exp(unigram.logp) * (11 + len(unigram.logp))  # 4 types, 4 items, 3 colours
    buy = log.codes["event_type"][0]
    missing = unigram.starts[2]

    assert pytest.approx(1) == np.exp(unigram.logp).sum()
    assert pytest.approx(4) == counts[buy]  # three, and one added
    assert pytest.approx(1) == counts[missing]
    in_types = np.exp(unigram.logp_in_slot[: unigram.starts[1]])
    assert pytest.approx(1) == in_types.sum()


def test_the_slot_of_a_token_is_its_column(log):
    starts = Unigram.of(log).starts

    assert [0, 1, 2] == slots(starts, starts).tolist()
    assert [0, 1] == slots(starts, starts[1:] - 1).tolist()


def test_sums_by_user_and_slot():
    starts = np.array([0, 3, 5])
    table = by_user(np.array([1.0, 2.0, 0.5, 0.25]), np.array([0, 4, 2, 3]), ["b", "b", "a", "a"], starts)

    assert ["a", "b"] == table["user_id"].to_list()
    assert [0.5, 1.0] == table[sum_of(0)].to_list()
    assert [0.25, 2.0] == table[sum_of(1)].to_list()
    assert [1.0, 1.0] == table[number_of(0)].to_list()
    assert [0.0, 0.0] == table[number_of(2)].to_list()


@pytest.mark.parametrize("context", [4, 6, 32])
def test_every_token_is_asked_once_behind_half_a_context_of_its_own_user(context):
    log = made_log([("a", float(day), "buy", "x", "red") for day in range(9)] + ROWS[3:])
    stream = token_stream(log)
    asked = asked_of(log, stream)
    found = []
    for pieces in _batches(stream, asked, np.arange(len(asked.position)), context):
        for start, stop, low, high in zip(pieces.starts, pieces.stops, pieces.low, pieces.high, strict=True):
            begin = stream.offsets[stream.user[start]]
            position = asked.position[low:high]
            assert (stream.user[position] == stream.user[start]).all()
            assert stop - start <= context
            assert ((position - start >= context // 2) | (start == begin)).all()
            assert (position < stop).all()
            found += position.tolist()

    assert asked.position.tolist() == found


def test_a_slot_may_have_any_name():
    """Of the columns that the sums are computed in, or of others."""
    plain, odd = (account(sums(dict.fromkeys(LADDER, (3, 2))), names, SETTINGS, 1) for names in (["a", "b"], ODD))

    assert ["seed", "run", "all"] == [row["slot"] for row in odd]
    assert [row | {"slot": ""} for row in plain] == [row | {"slot": ""} for row in odd]


def test_a_twin_guesses_the_type_of_another_event_by_its_frequency(log):
    stream, unigram = token_stream(log), Unigram.of(log)
    asked = asked_of(log, stream)
    logits = torch.zeros(len(asked.position), len(unigram.logp))
    logits[:, asked.labels[2]] = 9.0  # a twin that is sure of the next type, which it may not know
    values = {
        seen: Strict(seen, stream, unigram)(logits, torch.from_numpy(asked.labels), asked.position)
        for seen in ("event", "moment", "everything")
    }
    first_in_moment, first_elsewhere = 2, 4  # the look of the same moment; the buy four days later

    assert values["everything"][first_in_moment] == values["moment"][first_in_moment]
    assert values["everything"][first_in_moment] < values["event"][first_in_moment]
    is_over = math.log(float(torch.exp(logits[first_elsewhere]).sum())) - math.log(
        float(torch.exp(logits[first_elsewhere, : unigram.starts[1]]).sum())
    )
    expected = is_over - unigram.logp_in_slot[asked.labels[first_elsewhere]]
    assert pytest.approx(expected, abs=1e-6) == values["moment"][first_elsewhere]
    assert pytest.approx(expected, abs=1e-6) == values["event"][first_elsewhere]


class Counting(torch.nn.Module):
    """Stands for a network: its logits are how many tokens it was shown of each kind, up to the position."""

    def __init__(self, tokens):
        super().__init__()
        self.tokens, self.head = tokens, self

    def bind(self, _):
        return lambda hidden: hidden

    def forward(self, batch):
        shown = torch.nn.functional.one_hot(batch.inputs[..., 0], self.tokens).cumsum(dim=1).float()
        return shown.flatten(0, 1)[batch.at]


def test_every_position_is_shown_what_comes_before_it(log):
    stream, unigram = token_stream(log), Unigram.of(log)
    asked = asked_of(log, stream)
    rows = np.arange(3, len(asked.position))
    network, strict = Counting(len(unigram.logp)), Strict("everything", stream, unigram)
    whole = losses(network, stream, asked, rows, 100, strict)

    for value, row in zip(whole, rows, strict=True):
        position = asked.position[row]
        seen = stream.inputs[stream.offsets[stream.user[position]] : position + 1, 0]
        logits = np.bincount(seen, minlength=len(unigram.logp)).astype(float)
        expected = np.log(np.exp(logits).sum()) - logits[asked.labels[row]]
        assert pytest.approx(expected, abs=1e-5) == value
    short = losses(network, stream, asked, rows, 4, strict)
    assert np.isfinite(short).all()
    assert not np.allclose(whole, short)


ODD = ["seed", "run"]


def sums(ladder):
    rows = []
    for variant, (price, colour) in ladder.items():
        for user in range(20):
            told = {"variant": variant, "seed": 0, "user_id": f"u{user:02}", sum_of(0): price * 2.0, sum_of(1): colour}
            rows.append(told | {number_of(0): 2.0, number_of(1): 1.0})
    return pl.DataFrame(rows)


def test_shares_are_steps_of_the_ladder_by_the_drop():
    ladder = {
        "unigram": (4.0, 2.0),
        "column": (3.0, 2.0),
        "event": (2.0, 2.0),
        "moment": (1.5, 2.0),
        "everything": (1, 2),
    }
    price, colour, total = account(sums(ladder), ["price", "colour"], SETTINGS, 1)

    assert (40, 20, 60) == (price["tokens"], colour["tokens"], total["tokens"])
    assert pytest.approx(4.0) == price["losses"]["unigram"]["estimate"]
    assert pytest.approx(10 / 3) == total["losses"]["unigram"]["estimate"]
    shares = {name: share["estimate"] for name, share in total["shares"].items()}
    expected = {"column": 1 / 3, "event": 1 / 3, "moment": 1 / 6, "earlier": 1 / 6, "within_event": 2 / 3}
    assert pytest.approx(expected) == shares
    assert pytest.approx(0.5) == total["within_event_beyond_column"]["estimate"]
    assert {None} == set(colour["shares"].values())  # nothing to share out


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.5, 0.6, "holds"),
        (0.3, 0.49, "fails"),
        (0.4, 0.6, "undetermined"),
        (0.3, 0.6, "undetermined"),
        (0.9, 1.2, "holds"),
        (1.01, 1.2, "overtaken"),
    ],
)
def test_the_criterion_reads_the_interval(low, high, expected):
    assert expected == finding({"estimate": (low + high) / 2, "low": low, "high": high}, 0.5)
    assert "undetermined" == finding(None, 0.5)


def draws(means):
    noise = np.random.default_rng(0).normal(0, 0.001, (400, 1))
    values = np.array(list(means.values()))
    return Draws(list(means), values, values + noise * np.arange(1, len(means) + 1), 10_000)


def test_the_alarm_rings_only_above_the_interval():
    asked = [
        Diagnosed("trees", "gbdt", change, topic)
        for change, topic in (("unchanged", ""), ("labels-permuted", "labels"))
    ]
    base = Diagnosed(IMPERSONAL, "popularity", "unchanged", "unchanged")
    means = {asked[0].label: 0.3, asked[1].label: 0.2, base.label: 0.21}

    (silent,) = above_impersonal(draws(means), [*asked, base], 0.05)
    assert silent["rings"] is False
    (leaking,) = above_impersonal(draws(means | {asked[1].label: 0.25}), [*asked, base], 0.05)
    assert leaking["rings"] is True
    assert ("gbdt", "popularity") == (leaking["variant"], leaking["against"])
    assert pytest.approx(0.04) == leaking["effect"]


@pytest.mark.parametrize(("auroc", "rings"), [(0.49, False), (0.5, False), (0.52, True)])
def test_users_are_screened_no_better_than_by_chance(auroc, rings):
    asked = [Diagnosed("who-trees", "gbdt", change, "labels") for change in ("unchanged", "labels-permuted")]
    means = dict(zip((one.label for one in asked), (0.8, auroc), strict=True))
    (rung,) = above_chance(draws(means), asked, 0.05)

    assert rings is rung["rings"]
    assert pytest.approx(auroc - 0.5) == rung["effect"]
    assert "chance" == rung["against"]


def test_a_contrast_is_with_the_unchanged_fit_of_the_family():
    asked = [
        Diagnosed("trees", "gbdt", change, "order") for change in ("unchanged", "order-at-test", "labels-permuted")
    ]
    means = dict(zip((one.label for one in asked), (0.3, 0.2, 0.1), strict=True))
    (row,) = diagnoses(draws(means), asked, SETTINGS)

    assert ("order-at-test", "trees", "gbdt") == (row["change"], row["family"], row["left_variant"])
    assert pytest.approx(-0.1) == row["effect"]
    assert "worse" == row["verdict"]


def test_what_is_not_clearly_there_is_not_shared_out():
    part, clear = np.full(101, 0.5), np.linspace(1, 2, 101)
    noisy = np.concatenate([[1.0], np.linspace(-1, 3, 100)])

    assert _share(part, noisy, 0.05) is None
    assert pytest.approx(0.5) == _share(part, clear, 0.05)["estimate"]


def test_the_alarm_is_silent_where_a_lead_is_within_noise():
    asked = [
        Diagnosed(IMPERSONAL, "popularity", "unchanged", "unchanged"),
        Diagnosed("trees", "t", "labels-permuted", "labels"),
    ]
    values = np.column_stack([np.zeros(1000), np.linspace(-0.01, 0.05, 1000)])
    (rung,) = above_impersonal(Draws([one.label for one in asked], np.array([0, 0.02]), values, 100), asked, 0.05)

    assert rung["effect"] > 0 > rung["low"]
    assert not rung["rings"]


def test_a_token_at_the_end_of_a_window_is_in_the_next_one():
    asked, stream = SimpleNamespace(position=np.arange(3)), SimpleNamespace(time=np.array([0, 10, 20, 30]))

    assert [0, 1] == inside(asked, stream, 10, 30).tolist()
    assert [2] == inside(asked, stream, 30, 40).tolist()
