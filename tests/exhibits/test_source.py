"""Every page says which run its numbers come from."""

import json
import re

import pytest

from study.exhibits import reproduce, snapshot_pairs, source, tokens
from study.paths import write_text
from tests.exhibits.pairing import text


def test_every_page_names_revision_and_budget(made):
    results = made(lambda written: written["manifest.json"].update(revision="0123456789abcdef+changes", budget="full"))

    shown = text(source.line(results))
    assert "revision 0123456789ab+changes, budget full: 16 trials per tuned variant, up to 12 rounds" in shown


def test_findings_name_the_run_of_every_arm_and_those_that_are_missing(made):
    shown = source.runs(made(young=lambda written: written["manifest.json"].update(revision="77" * 20))).text
    rows = {row[0]: row[1:] for row in (re.findall(r"<td[^>]*>(.*?)</td>", line) for line in shown.split("<tr>")[2:])}

    assert ["777777777777", "default", "\N{EN DASH}", "run"] == rows["<code>young</code>"]
    assert ["cd", "default", "\N{EN DASH}", "run"] == rows["<code>main</code>"]
    missing = ("who", "tokens", "diagnostics", "worlds")
    assert all(rows[f"<code>{arm}</code>"] == ["", "", "", "not run"] for arm in missing)


def test_an_arm_that_was_run_on_another_state_of_the_log_was_not_run_on_this_one(made):
    """As where a log goes on under its name, and main alone has been run again."""
    found = {"contrasts": []}
    results = made(young=lambda written: written["manifest.json"].update(data_hash="cd"), diagnoses=[])
    older = json.loads((results.root / "young/manifest.json").read_text(encoding="utf-8"))
    for arm in ("diagnostics", "tokens"):
        write_text(results.root / arm / "manifest.json", json.dumps(older))
    write_text(results.root / "tokens/tokens.json", json.dumps(found))
    shown = source.runs(results).text
    rows = {row[0]: row[1:] for row in (re.findall(r"<td[^>]*>(.*?)</td>", line) for line in shown.split("<tr>")[2:])}

    assert results.beside("young") is None and results.diagnostics is None
    assert tokens.of(results.root / "tokens") is None
    assert all(rows[f"<code>{arm}</code>"][3] == "not run" for arm in ("young", "diagnostics", "tokens"))
    assert "run" == rows["<code>main</code>"][3]


@pytest.mark.parametrize("state", ["ab", "cd"])
def test_an_arm_that_was_run_there_on_another_state_of_the_log_counts_as_not_run(compared, state):
    """As where that log went on under its name, and main alone was run again."""
    results = compared()
    there = snapshot_pairs.on(results, "old", "young")
    manifest = json.loads((there.root / "main/manifest.json").read_text(encoding="utf-8"))
    write_text(there.folder / "manifest.json", json.dumps(manifest | {"data_hash": state}))
    card = there.root / "data" / f"{results.params.asked_by('young')}.json"
    write_text(card, (there.root / "data/categories.json").read_text(encoding="utf-8"))

    assert "ab" == manifest["data_hash"]
    assert (state == "ab") == snapshot_pairs.was_run(there)


def test_where_other_code_trained_than_compared_it_is_named(made):
    results = made()
    trained = {name: cost.model_copy(update={"revision": "f" * 40}) for name, cost in results.measured.items()}
    results.__dict__["measured"] = trained

    assert "compared at revision cd, budget default, trained at ffffffffffff: 8 trials" in text(source.line(results))
    assert "trained at" not in text(source.line(made()))
    name, cost = next(iter(trained.items()))
    trained[name] = cost.model_copy(update={"revision": "cd"})
    assert "compared at revision cd, budget default, trained at cd and ffffffffffff: 8" in text(source.line(results))


def test_where_networks_were_trained_is_told_by_their_refits_whatever_compared_them(made):
    def trained_on(written):
        written["cost/flat-horizon.json"]["device"] = "NVIDIA H100"
        written["cost/popularity.json"]["device"] = "NVIDIA H200"  # which it has no use for

    of_old, of_both = (text(reproduce.identity(results)) for results in (made(), made(trained_on)))

    assert "device of the networkscpumatrix" in of_old
    assert "device of the networksNVIDIA H100 and cpumatrix" in of_both
