"""The citation is computed from its file and from the results that are cited."""

import pytest

from study.errors import UserError
from study.exhibits import cite
from study.paths import CITATION

FILE = """
cff-version: 1.2.0
message: Please cite it.
title: R&D of {funnels}
authors:
  - {given-names: Ada, family-names: O'Hara}
  - {name: The <b>team</b>}
version: 2.0.1
license: MIT
date-released: 2031-05-06
url: https://example.org/a_b
"""


@pytest.fixture
def cited(tmp_path, monkeypatch):
    """Writes the file of the citation and makes its folder the current one."""

    def write(text: str) -> None:
        (tmp_path / CITATION).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)

    return write


def revised(written):
    written["manifest.json"]["revision"] = "0123456789abcdef+changes"
    written["manifest.json"]["snapshot"] = "my_log"


def test_text_and_entry_name_the_work_and_the_results(made, cited):
    results = made(revised)
    cited(FILE)
    found = cite.load()

    assert (
        "Ada O'Hara and The <b>team</b> (2031). R&D of {funnels}, version 2.0.1 [software]. "
        "Results on snapshot my_log, arm main compared at revision 0123456789ab+changes. https://example.org/a_b"
    ) == cite.text(found, results)
    assert r"""@software{r-d-of-funnels,
  title = {{R\&D of \{funnels\}}},
  author = {{Ada O'Hara} and {The <b>team</b>}},
  year = {2031},
  version = {2.0.1},
  url = {https://example.org/a_b},
  note = {Results on snapshot my\_log, arm main compared at revision 0123456789ab+changes},
}""" == cite.bibtex(found, results)
    assert "<b>" not in cite.box(results).text


def test_what_the_file_does_not_say_is_left_out(made, cited):
    results = made()
    cited("title: Downfunnel\nauthors: [{name: The Downfunnel authors}]\nversion: 0.1.0\nlicense: MIT\n")
    found = cite.load()

    assert cite.text(found, results).startswith("The Downfunnel authors. Downfunnel, version 0.1.0 [software]. Results")
    assert "year" not in cite.bibtex(found, results)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [", "CITATION.cff: not valid YAML"),
        ("title: x\ndate-released: 2024-02-30\n", "CITATION.cff: not valid YAML: day is out of range"),
        ("title: x\nversion: 1\n", "CITATION.cff: authors: Field required"),
        ("title: x\nauthors: []\nversion: '1'\nlicense: MIT\n", "CITATION.cff: authors: "),
    ],
)
def test_a_broken_file_is_the_message(cited, text, message):
    cited(text)

    with pytest.raises(UserError, match=message):
        cite.load()
