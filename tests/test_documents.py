"""What README.md and CONTRIBUTING.md show works as it stands there."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import torch
import yaml
from pydantic import TypeAdapter

from study.params import load
from study.params.question import Question
from study.paths import PARAMS
from tests.nn.test_losses import Table

CONTRIBUTING = Path("CONTRIBUTING.md")
DECISIONS = Path("report/decisions")
OWN_LOG = Path("report/own_log.md")
PAGES = [Path(page) for page in ("README.md", "CHANGELOG.md", "benchmarks/log/README.md")]


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def parts() -> list[ModuleType]:
    """The loss and the representation that the walk-through adds."""
    found = []
    for index, text in enumerate(blocks(CONTRIBUTING, "python")):
        module = ModuleType(f"example_{index}")
        exec(compile(text, str(CONTRIBUTING), "exec"), module.__dict__)
        found.append(module)
    return found


def test_the_loss_of_the_walk_through_is_a_hinge(parts):
    """With two classes whatever is drawn beside the label is the other one: max(0, 1 - 1 + 0.25), and 0 beyond it."""
    loss = parts[0].build(torch.ones(2), negatives=40, margin=1.0)
    rows, labels = torch.tensor([0, 1]), torch.tensor([0, 0])
    head = Table([[1.0, 0.25], [3.0, 0.5]])

    assert [0.25, 0.0] == loss(head, torch.zeros(2, 1), rows, labels, torch.Generator().manual_seed(0)).tolist()


def test_the_representation_of_the_walk_through_is_the_mean_of_its_columns(parts):
    module = parts[1]
    network = module.build([3, 4], 8, None)
    codes = torch.tensor([[[1, 2], [2, 0]]])

    assert "event" == module.LAYOUT
    expected = (network.tables[0].weight[1] + network.tables[1].weight[2]) / 2
    assert torch.equal(expected, network(codes)[0, 0])


def test_what_the_walk_through_adds_to_the_parameters_is_accepted(parts, tmp_path, monkeypatch):
    """With the file of the loss where it says; `build` takes the options that the entry has."""
    package = import_module("study.nn.losses")
    (tmp_path / "hinge.py").write_text(blocks(CONTRIBUTING, "python")[0], encoding="utf-8")
    where = [*package.__path__, str(tmp_path)]
    monkeypatch.setattr(package, "__path__", where)
    monkeypatch.setattr(package.__spec__, "submodule_search_locations", where)
    shown = yaml.safe_load(blocks(CONTRIBUTING, "yaml")[0])
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    late = {name: raw["after_test"][name] + added for name, added in shown["after_test"].items()}
    added = {section: raw[section] | shown[section] for section in ("roster", "contrasts")}
    path = tmp_path / PARAMS
    path.write_text(yaml.safe_dump(raw | added | {"after_test": late}, sort_keys=False), encoding="utf-8")
    params = load(path)

    for name in shown["roster"]:
        parts[0].build(torch.ones(2), **params.roster[name].loss_options)
    assert set(shown["contrasts"]) <= set(params.after_test[params.snapshot.name])


@pytest.mark.parametrize("page", [Path("README.md"), OWN_LOG], ids=str)
def test_a_log_of_ones_own_is_described_with_the_questions_that_the_roster_asks(page):
    shown = yaml.safe_load(blocks(page, "yaml")[0])
    questions = TypeAdapter(dict[str, Question]).validate_python(shown["questions"])
    columns = {
        column for question in questions.values() for column in (*question.key_action, *question.candidate_columns)
    }

    assert set(load().questions) == set(questions)
    assert columns <= {"event_type", *shown["snapshot"]["attributes"]}


def test_the_short_description_of_a_log_says_nothing_that_the_long_one_does_not():
    short, long = (yaml.safe_load(blocks(page, "yaml")[0]) for page in (Path("README.md"), OWN_LOG))

    assert long["questions"] == short["questions"]
    assert short["snapshot"]["attributes"].items() <= long["snapshot"]["attributes"].items()
    assert short["snapshot"]["columns"].items() <= long["snapshot"]["columns"].items()


@pytest.mark.parametrize(
    "page", sorted([*PAGES, CONTRIBUTING, *Path("report").glob("*.md"), *DECISIONS.glob("*.md")]), ids=str
)
def test_what_a_page_links_to_is_there(page):
    """Pages of the book link to each other as they will lie beside each other."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))

    assert [] == [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_each_decision_is_listed_once_with_its_title():
    listed = re.findall(
        r"^- \[\d{4}\]\((.*?)\) (.*?)(?:; changed by .*)?$", (DECISIONS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    titles = [(path.name, path.read_text("utf-8").splitlines()[0]) for path in sorted(DECISIONS.glob("0*.md"))]

    assert titles == sorted((name, f"# {name[:4]}: {title}") for name, title in listed)
