"""What the workflow that publishes the book names exists, and it may do no more than it needs."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from study.paths import BOOK, CITATION

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load(TEXT)
STEPS = {name: job["steps"] for name, job in WORKFLOW["jobs"].items()}


def step(job: str, action: str) -> dict[str, object]:
    found = [step for step in STEPS[job] if step.get("uses", "").startswith(f"actions/{action}@")]
    assert 1 == len(found)
    return found[0]


def test_the_workflow_builds_the_report_and_nothing_else():
    commands = [step["run"] for step in STEPS["build"] if "run" in step]
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert ["make report"] == commands
    assert "report" in targets
    assert [] == [step for step in STEPS["deploy"] if "run" in step]


def test_what_is_uploaded_is_the_folder_that_the_book_is_built_to():
    assert str(BOOK) == step("build", "upload-pages-artifact")["with"]["path"]
    assert "build" == WORKFLOW["jobs"]["deploy"]["needs"]
    assert step("deploy", "deploy-pages")["id"] in WORKFLOW["jobs"]["deploy"]["environment"]["url"]


def test_the_files_that_the_workflow_names_exist():
    with_ = step("build", "setup-python")["with"]
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]

    assert (ROOT / with_["cache-dependency-path"]).is_file()
    assert oldest == f">={with_['python-version']}"


def test_every_action_is_pinned_to_a_commit_and_says_its_version():
    lines = [line.strip() for line in TEXT.splitlines() if "uses:" in line]

    assert 4 == len(lines)
    assert [] == [
        line for line in lines if not re.search(r"uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)
    ]


def test_each_job_may_do_what_it_needs_and_no_more():
    assert {} == WORKFLOW["permissions"]
    assert {"contents": "read"} == WORKFLOW["jobs"]["build"]["permissions"]
    assert {"pages": "write", "id-token": "write"} == WORKFLOW["jobs"]["deploy"]["permissions"]
    assert {"main"} == set(WORKFLOW[True]["push"]["branches"])  # YAML 1.1 reads `on` as true
    assert "pull_request" not in TEXT


@pytest.mark.parametrize("field", ["version", "license"])
def test_the_citation_agrees_with_the_package(field):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / CITATION).read_text(encoding="utf-8"))

    assert project[field] == citation[field]


def test_the_citation_names_the_package_and_its_authors():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / CITATION).read_text(encoding="utf-8"))

    assert project["name"] == citation["title"].lower()
    assert [author["name"] for author in project["authors"]] == [author["name"] for author in citation["authors"]]
    assert {"cff-version": "1.2.0", "type": "software"}.items() <= citation.items()
    assert citation["message"]
