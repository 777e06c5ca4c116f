"""The builder: a clean tree, a failure that is a failure, a stamp that repeats."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from study.errors import UserError
from study.exhibits import build
from study.exhibits.build import build_book, pages
from study.folders import held
from study.params import load
from study.paths import CITATION, PARAMS, PIPELINE, REPORT, RESULTS, results_folder, world_file, write_text
from study.stages import report


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    """A copy of what the builder reads, to spoil; the current folder."""
    for path in (CITATION, PARAMS, PIPELINE):
        shutil.copyfile(path, tmp_path / path)
    for path in (REPORT, RESULTS):
        shutil.copytree(path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def results(workspace: Path) -> Path:
    return workspace / results_folder(load().snapshot.name, "main")


def test_a_cell_that_fails_fails_the_build_and_the_old_book_stays(workspace):
    page = workspace / REPORT / "cost.md"
    page.write_text(page.read_text().replace("cost.summary(results)", "cost.sumary(results)"))
    old = workspace / "book"
    old.mkdir()
    (old / "index.html").write_text("old")

    with pytest.raises(UserError, match="the book could not be built"):
        build_book(old)
    assert "old" == (old / "index.html").read_text()
    assert [] == list(workspace.glob(".book-*"))


def test_a_second_build_of_one_book_is_refused_and_leaves_the_first_alone(workspace):
    with held((workspace / "book").resolve(), "report"), pytest.raises(UserError, match="another run is at it"):
        build_book(workspace / "book")
    assert not (workspace / "book").exists()


def test_what_an_exhibit_refuses_is_the_message_of_the_build(workspace):
    path = results(workspace) / "contrasts.json"
    contrasts = json.loads(path.read_text())
    contrasts[0] |= {"verdict": "better", "effect": -0.5}
    path.write_text(json.dumps(contrasts))

    with pytest.raises(UserError, match=rf"contrasts.json: 0: {contrasts[0]['name']} is called better"):
        build_book(workspace / "book")


def test_results_that_lack_a_declared_contrast_are_refused_before_anything_is_built(workspace):
    path = results(workspace) / "contrasts.json"
    contrasts = json.loads(path.read_text())
    path.write_text(json.dumps(contrasts[1:]))

    with pytest.raises(UserError, match=rf"contrasts.json: it lacks '{contrasts[0]['name']}'"):
        build_book(workspace / "book")
    assert not (workspace / "book").exists()


def test_the_stamp_names_pages_and_results_but_no_measured_cost(workspace, monkeypatch):
    monkeypatch.setattr(report, "build_book", lambda destination: destination)
    report.run()
    first = (workspace / "data" / "book.json").read_text()
    next((results(workspace).parent / "cost" / "main").iterdir()).write_text("{}")
    report.run()

    assert first == (workspace / "data" / "book.json").read_text()
    assert pages() == json.loads(first)["pages"]
    assert "main/contrasts.json" in json.loads(first)["results"][load().snapshot.name]
    assert "losses.json" not in json.loads(first)["results"]["_simulated"]
    for path in (results(workspace) / "power.json", workspace / world_file("null")):
        write_text(path, "{}")
        report.run()
        later = (workspace / "data" / "book.json").read_text()
        assert first != later
        first = later


def test_pages_are_those_of_the_contents_with_their_titles():
    assert "findings" == next(iter(pages()))
    assert "Objective and loss" == pages()["objective_and_loss"]
    assert set(pages()) == {path.stem for path in REPORT.glob("*.md")} - {"log"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda report: (report / "basket.md").write_text("# Basket"),
            r"report/basket.md: report/_toc.yml does not name it; add a line `- file: basket` there",
        ),
        (lambda report: (report / "cost.md").unlink(), r"report/_toc.yml: there is no page report/cost.md; write it"),
    ],
)
def test_a_page_without_its_line_in_the_contents_is_refused_before_anything_is_built(workspace, change, told):
    change(workspace / REPORT)

    with pytest.raises(UserError, match=told):
        build_book(workspace / "book")
    assert not (workspace / "book").exists()


def test_a_builder_that_is_killed_leaves_no_process_and_what_it_had_begun_is_swept(workspace):
    code = "from pathlib import Path; from study.exhibits.build import build_book; build_book(Path('made/book'))"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as builder:
        wait_until(lambda: len(psutil.Process(builder.pid).children(recursive=True)) > 2)  # a page is being executed
        assert is_named(workspace)
        builder.kill()
    wait_until(lambda: not is_named(workspace))
    begun = list(workspace.glob("made/.book-*"))
    build._sweep(workspace / "made")

    assert 1 == len(begun)
    assert [] == list(workspace.glob("made/.book-*"))


def is_named(folder: Path) -> bool:
    """Whether the command of any process names a folder: also of one that has begun since the last look."""
    commands = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return any(str(folder) in word for command in commands for word in command)


def wait_until(holds) -> None:
    until = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("said", "runs"), [("RuntimeError: Kernel died before replying to kernel_info", 2), ("NameError: name 'x'", 1)]
)
def test_a_kernel_whose_port_was_taken_is_started_once_more(tmp_path, monkeypatch, said, runs):
    """The second run begins anew: a page that failed would count as read."""
    (tmp_path / build.HTML).mkdir()
    done = [subprocess.CompletedProcess([], 2, "", said), subprocess.CompletedProcess([], 0, "", "")]
    monkeypatch.setattr(build.subprocess, "run", lambda *_, **__: done.pop(0))
    if runs == 2:
        build._run(["sphinx"], tmp_path)
    else:
        with pytest.raises(UserError, match="the book could not be built: see the messages above"):
            build._run(["sphinx"], tmp_path)

    assert 2 - runs == len(done)
    assert (runs == 1) == (tmp_path / build.HTML).exists()
