"""What is read from the text of a part file is what an import of it would tell."""

import pkgutil
from importlib import import_module

import pytest

from study.nn import objectives
from study.params.parts import misfit, names_in, siblings
from tests.nn.parts import parts

OBJECTIVES = [f"study.nn.objectives.{found.name}" for found in pkgutil.iter_modules(objectives.__path__)]


@pytest.mark.parametrize("folder", ["representations", "architectures", "losses", "user_losses", "heads"])
def test_the_parts_of_a_folder_are_the_files_that_build(folder):
    assert list(parts(folder)) == siblings(f"study.nn.{folder}.any")


@pytest.mark.parametrize("module", OBJECTIVES)
def test_what_an_objective_says_of_itself_is_read_whether_it_is_its_own_or_another_ones(module):
    names, imported = names_in(module), import_module(module)
    said = {name: getattr(imported, name, None) for name in ("CLASSES", "LAYOUTS", "HIDES", "READ_SHARE")}

    assert said == {name: names.get(name) for name in said}
    assert hasattr(imported, "readouts") == ("readouts" in names)
    if said["CLASSES"]:
        assert set() < set(said["LAYOUTS"]) <= {"event", "token"}


LOSS = """
def build(frequency, negatives: int, margin: float = 1.0, kind: str = "hinge"):
    return negatives
"""
BY_NAME_ALONE = LOSS.replace("frequency, negatives: int,", "frequency, /, *, negatives: int,")


@pytest.mark.parametrize("text", [LOSS, BY_NAME_ALONE], ids=["either way", "by name alone"])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"negatives": 2}, None),
        ({"negatives": 2, "margin": 1, "kind": "log"}, None),
        ({"negatives": 2, "margin": "wide"}, "here.margin: 'wide' is not a number"),
        ({"margin": 2.0}, "here.negatives: this is missing; add it"),
        (
            {"negatives": 2, "marjin": 2.0},
            "here: 'marjin' is unknown; did you mean 'margin'? known: negatives, margin, k",
        ),
    ],
)
def test_options_are_held_against_what_build_takes(tmp_path, monkeypatch, text, options, told):
    name = "a_loss" if text == LOSS else "a_loss_by_name_alone"
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = misfit("here", name, options)

    assert (found or "").startswith(told) if told else found is None
