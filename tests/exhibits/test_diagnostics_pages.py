import json
from dataclasses import replace

import pytest

from study import params
from study.errors import UserError
from study.exhibits import architecture, diagnostics, every_change, leak_alarm, tokens
from study.exhibits.prose import within
from study.exhibits.results import Results
from study.params.diagnostics import Diagnostics
from study.params.tokens import Tokens
from study.paths import REPORT
from tests.exhibits.pairing import text

MANIFEST = {
    "snapshot": "made", "data_hash": "ab", "revision": "cd", "budget": "default", "seed": 1, "python": "3",
    "platform": "Linux", "versions": {}, "params_hash": "ef", "files": {},
}  # fmt: skip


def diagnosis(change, topic, verdict, effect, family="sequence"):
    interval = {"effect": effect, "low": effect - 0.002, "high": effect + 0.002, "level": 0.99}
    sides = {"left": f"best:{family}", "right": f"best:{family}", "left_variant": "sum", "right_variant": "sum"}
    told = {"name": f"{family}-{change}", "question": topic, "change": change, "family": family, "verdict": verdict}
    return told | sides | interval | {"p_difference": 0.01, "p_equivalence": 0.5}


def rung(low, family="sequence", against="popularity"):
    return {"family": family, "variant": "sum", "effect": low + 0.01, "low": low, "high": low + 0.03,
            "level": 0.95, "rings": low > 0, "against": against}  # fmt: skip


def reached(family="sequence", metric="recall@10", variant="sum"):
    told = {"family": family, "variant": variant, "change": "unchanged", "topic": "unchanged", "metric": metric}
    return told | {"estimate": 0.31, "low": 0.3, "high": 0.32}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where an arm's results lie, for both pages."""

    def place(_, arm):
        return tmp_path / arm

    monkeypatch.setattr(tokens, "results_folder", place)
    return tmp_path


@pytest.fixture
def diagnosed(folder):
    def make(contrasts, low=-0.01, left_out=()):
        files = {
            "contrasts.json": contrasts,
            "alarm.json": {"rings": low > 0, "variants": [rung(low), rung(-0.02, "who-sequence", "chance")]},
            "estimates.json": [reached(), reached("who-sequence", "auroc")],
            "left_out.json": list(left_out),
            "manifest.json": MANIFEST,
        }
        write(folder / "diagnostics", files)
        return Results(folder, params.load())

    return make


def write(folder, files):
    folder.mkdir(exist_ok=True)
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value), encoding="utf-8")


def test_a_topic_without_a_name_of_its_own_is_told_behind_the_others(diagnosed):
    new = diagnosis("weekend", "day_of_week", "worse", -0.02)
    shown = diagnostics.answer(diagnosed([new, diagnosis("users-50", "users", "equivalent", 0.0)])).text

    assert "<strong>Day of week.</strong> sequence models: harmful: <code>weekend</code>" in shown
    assert shown.index("Number of users") < shown.index("Day of week")


def test_the_answer_follows_the_verdicts(diagnosed):
    hurt = diagnosis("order-at-test", "order", "worse", -0.02)
    same = diagnosis("without-price", "attributes", "equivalent", 0.0001)
    told = diagnostics.answer(diagnosed([hurt, same])).text
    turned = diagnostics.answer(diagnosed([hurt | {"verdict": "better", "effect": 0.02}, same])).text

    assert "harmful: order shuffled at test only" in told
    assert "helpful: order shuffled at test only" in turned
    assert "equivalent: without <code>price</code>" in told


def test_a_verdict_against_its_sign_is_refused(diagnosed):
    with pytest.raises(UserError, match="is called worse"):
        diagnostics.answer(diagnosed([diagnosis("no-time", "time", "worse", 0.02)]))


def test_the_alarm_rings_and_is_silent(diagnosed):
    silent = leak_alarm.leak_alarm(diagnosed([], low=-0.01)).text
    assert "alarm is silent" in silent
    assert "over <code>popularity</code>" in silent
    assert "over chance −0.0100 AUROC" in silent
    assert 2 == silent.count("(with an interval as wide it would ring above +0.0100)")
    assert "its own labels, at the size of the other changes, it reaches 0.3100" in silent
    assert "It could hardly have rung for" in silent  # its own labels bring 0.31, which is no more than chance
    ringing = leak_alarm.leak_alarm(diagnosed([], low=0.01)).text
    assert "alarm rings</strong> for <code>sum</code>: a reason to look, not a verdict." in ringing


def test_the_page_names_innocent_causes_of_the_alarm():
    page = " ".join((REPORT / "diagnostics.md").read_text(encoding="utf-8").split())

    assert "a reason to look, not a verdict" in page
    assert "stand for popularity better than the impersonal rules do" in page
    assert "starts at the user's own counts" in page


def test_the_page_says_what_the_alarm_cannot_hear():
    page = " ".join((REPORT / "diagnostics.md").read_text(encoding="utf-8").split())

    assert "It misses a leak that a model must learn to use, however large" in page


def test_the_table_says_what_was_left_out(diagnosed):
    left_out = {"family": "counting", "variant": "decay", "change": "users-50", "reason": "the rule <fits> nothing"}
    late, plan = (diagnosis(f"last-{n}", "recent", "worse", -0.1) | {"after_test": n == 8} for n in (8, 16))
    told = every_change.shown(diagnosed([late, plan], left_out=[left_out])).text

    assert "<code>users-50</code> (the rule &lt;fits&gt; nothing)" in told
    assert "1 pair of a variant and a change was left out" in told
    assert "last-8\N{DAGGER}<" in told and "last-16<" in told
    assert "\N{DAGGER}: declared after test was seen" in told


def test_the_table_says_what_was_asked_of_other_families_alone(diagnosed):
    told = [diagnosis("last-8", "recent", "worse", -0.1, family) for family in ("counting", "sequence")]
    both, one = (text(every_change.shown(diagnosed(shown))) for shown in (told, told[:1]))

    assert "Not asked of the counting rules, which read no attribute beside the candidate and learn from no" in both
    assert ": attributes, noise and labels (asked in the section diagnostics of params.yaml)." in both
    assert "Not asked of the sequence" not in both and "Not asked" not in one


def test_the_table_says_what_an_interval_without_a_bound_is(diagnosed):
    bounded = diagnosis("last-8", "recent", "undetermined", 0.0)
    none = bounded | {"low": -1.0, "high": 1.0}
    shown, without = (every_change.shown(diagnosed([one])).text for one in (none, bounded))

    assert "; low −1 and high +1: no bound, since few users differ" in shown
    assert "no bound" not in without


def test_the_scale_compares_the_unchanged_fit_with_the_main_arm(diagnosed, made, folder):
    main = made()
    row = next(row for row in main.leaderboard if row.family == "sequence")
    diagnosed([])
    write(folder / "diagnostics", {"estimates.json": [reached(variant=row.variant), reached("who-sequence", "auroc")]})
    (main.root / "diagnostics").symlink_to(folder / "diagnostics")
    told = diagnostics.scale(main).text

    assert f"<code>{row.variant}</code>" in told
    assert "0.3100 [0.3000, 0.3200]" in told
    assert within(row.test) in told
    assert "in brackets: the 95 % interval over users and seeds" in told
    assert "who-sequence" not in told
    assert "Under permuted labels alone a round has as many events as in the variant's own arm." in told


def test_the_forest_has_every_family(diagnosed):
    shown = [diagnosis("last-8", "recent", "worse", -0.1, family) for family in ("counting", "sequence")]
    told = diagnostics.forest(diagnosed(shown)).text

    assert "2 contrasts" in told
    assert all(family in told for family in ("counting", "sequence"))


def test_pages_without_results_say_so_and_have_nothing_else(folder):
    bare = Results(folder, params.load())
    assert bare.diagnostics is None
    assert tokens.load() is None
    assert "has not been run" in diagnostics.origin(bare).text
    assert "has not been run" in tokens.origin(None).text
    silent = (leak_alarm.leak_alarm, diagnostics.forest, every_change.shown)
    assert all(not part(bare).text for part in silent)
    assert all(not part(None).text for part in (tokens.bars, tokens.every_slot))


def test_the_page_about_order_says_how_small_the_shuffled_fits_are(made):
    shuffled = diagnosis("order-retrained", "order", "worse", -0.02)
    results = made(diagnoses=[shuffled])

    shown = architecture.shuffled(results).text
    assert diagnostics.smaller(results, results.diagnostics) in shown
    assert "so recency is lost along with order" in shown


def test_the_sections_of_the_published_parameters_are_valid():
    declared = params.load()

    assert declared.section(Tokens).variant in declared.roster
    assert set(declared.section(Diagnostics).impersonal) <= set(declared.entries("main"))


def test_a_shorter_history_that_costs_less_than_a_longer_one_is_told(diagnosed, folder):
    def said(*effects):
        made = [diagnosis(f"last-{n}", "recent", "worse", e) for n, e in zip((8, 16, 128), effects, strict=True)]
        diagnosed(made)
        return diagnostics.answer(Results(folder, params.load())).text

    told = said(-0.07, -0.08, -0.01)
    assert "Fewer of the last events do not always cost more: 8 have −0.0700 and 16 −0.0800 (sequence models)" in told
    assert "128 −" not in told
    assert "do not always cost more" not in said(-0.08, -0.07, -0.01)


@pytest.mark.parametrize("reaches", [0.22, 0.235])
@pytest.mark.parametrize("effects", [(-0.07, -0.08), (-0.08, -0.07)])
def test_a_rule_that_ranks_alike_for_all_is_the_floor_of_short_histories(effects, reaches, diagnosed, folder):
    """Where none of them is below it."""
    changes = ("last-8", "last-16")
    diagnosed([diagnosis(change, "recent", "worse", e) for change, e in zip(changes, effects, strict=True)])
    left = [reached() | {"change": change, "estimate": 0.31 + e} for change, e in zip(changes, effects, strict=True)]
    floor = reached("impersonal", variant="recent-popularity") | {"estimate": reaches}
    write(folder / "diagnostics", {"estimates.json": [reached(), *left, floor]})
    shown = diagnostics.answer(Results(folder, params.load())).text

    told = "leave recall@10 at 0.2300 to 0.2400, where <code>recent-popularity</code>, which ranks alike for all users"
    assert (effects[0] > effects[1]) == (told in shown)
    assert (effects[0] > effects[1] and reaches == 0.22) == (f"{told} and is the floor here, has 0.2200" in shown)


def test_what_is_at_stake_is_told_against_counting(diagnosed, folder):
    """A fit that is hardly above counting has little that a change could take."""
    diagnosed([diagnosis("without-price", "attributes", "equivalent", 0.0001, "aggregates")])
    told = {}
    for gain in (0.002, 0.00499, 0.02, -0.02):
        rule = reached("counting", variant="decay") | {"estimate": 0.31 - gain}
        shown = [reached("aggregates"), rule, reached("who-sequence", "auroc")]
        write(folder / "diagnostics", {"estimates.json": shown})
        told[gain] = diagnostics.answer(Results(folder, params.load())).text

    assert "differ from <code>decay</code>, a rule that counts: <code>sum</code> by +0.0020" in told[0.002]
    assert "an equivalence was to be expected" in told[0.002]
    assert "that lead is less than the margin of 0.005" in told[0.002]
    assert "(about the margin)" in told[0.00499] and "that lead is at most about the margin of 0.005" in told[0.00499]
    assert "<code>sum</code> by +0.0200" in told[0.02]
    assert "was to be expected" not in told[0.02]
    assert "was to be expected" not in told[-0.02]
    assert "hardly lose more" in told[0.02]
    assert "hardly lose more" not in told[-0.02]


@pytest.mark.parametrize(
    ("variant", "family", "topic", "is_told"),
    [
        ("flat-horizon-repeat", "sequence", "attributes", True),
        ("flat-horizon", "sequence", "attributes", False),
        ("hybrid-lambdarank", "hybrid", "recent", False),
        ("lightgbm-lambdarank", "aggregates", "order", False),
    ],
)
def test_an_equivalence_is_expected_of_what_is_left_its_counts_alone(
    diagnosed, folder, variant, family, topic, is_told
):
    diagnosed([diagnosis("a-change", topic, "equivalent", 0.0001, family) | {"left_variant": variant}])
    rule = reached("counting", variant="decay") | {"estimate": 0.308}
    write(folder / "diagnostics", {"estimates.json": [reached(family, variant=variant), rule]})
    told = diagnostics.answer(Results(folder, params.load())).text

    assert f"a rule that counts: <code>{variant}</code> by +0.0020" in told
    assert is_told == ("hardly lose more" in told) == ("was to be expected" in told)


def test_a_rule_is_not_told_against_itself(diagnosed, folder):
    own = diagnosis("last-8", "recent", "worse", -0.02, family="counting") | {"left_variant": "decay"}
    diagnosed([diagnosis("without-price", "attributes", "equivalent", 0.0001, "aggregates"), own])
    rule = reached("counting", variant="decay") | {"estimate": 0.308}
    shown = [reached("aggregates"), rule, rule | {"family": "impersonal"}]
    write(folder / "diagnostics", {"estimates.json": shown})
    told = diagnostics.answer(Results(folder, params.load())).text

    assert "a rule that counts: <code>sum</code> by +0.0020. " in told
    assert "<code>decay</code> by" not in told


@pytest.mark.parametrize(("reach", "is_deaf"), [(0.16, False), (0.18, True)])
def test_an_alarm_that_half_of_what_is_learned_would_not_ring_is_said_to_be_deaf(diagnosed, reach, is_deaf):
    """Its own labels bring an AUROC of 0.84, so 0.34 above chance, of which 0.17 are half."""
    found = diagnosed([]).diagnostics
    one = found.alarm.variants[1].model_copy(update={"effect": 0.0, "low": -reach})
    honest = [row.model_copy(update={"estimate": 0.84}) for row in found.reached]
    alarm = found.alarm.model_copy(update={"variants": [one]})

    assert ([one.variant] if is_deaf else []) == leak_alarm.hardly_rings(replace(found, alarm=alarm, reached=honest))
