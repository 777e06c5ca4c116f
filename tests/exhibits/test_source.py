"""Every page says which run its numbers come from."""

import re

from study.exhibits import source
from tests.exhibits.pairing import text


def test_every_page_names_revision_and_budget(made):
    results = made(lambda written: written["manifest.json"].update(revision="0123456789abcdef+changes", budget="full"))

    shown = text(source.line(results))
    assert "revision 0123456789ab+changes, budget full: 16 trials per tuned variant, up to 12 rounds" in shown


def test_findings_name_the_run_of_every_arm_and_those_that_are_missing(made):
    shown = source.runs(made(young=lambda written: written["manifest.json"].update(revision="77" * 20))).text
    rows = {row[0]: row[1:] for row in (re.findall(r"<td[^>]*>(.*?)</td>", line) for line in shown.split("<tr>")[2:])}

    assert ["777777777777", "default", "", "run"] == rows["<code>young</code>"]
    assert ["cd", "default", "", "run"] == rows["<code>main</code>"]
    missing = ("who", "tokens", "diagnostics", "worlds")
    assert all(rows[f"<code>{arm}</code>"] == ["", "", "", "not run"] for arm in missing)


def test_where_other_code_trained_than_compared_it_is_named(made):
    results = made()
    trained = {name: cost.model_copy(update={"revision": "f" * 40}) for name, cost in results.measured.items()}
    results.__dict__["measured"] = trained

    assert "compared at revision cd, budget default, trained at ffffffffffff: 8 trials" in text(source.line(results))
    assert "trained at" not in text(source.line(made()))
