import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import study.__main__ as command_line
from study.params import load

ROOT = Path(__file__).parents[1]
PARAMS = ROOT / "params.yaml"


def study(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "study", *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    shutil.copy(PARAMS, tmp_path)
    return tmp_path


def complaint(*arguments: str, folder: Path) -> str:
    """The one line that a user's mistake ends in, once it is sure that it touched nothing."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    result = study(*arguments, folder=folder)
    assert 2 == result.returncode, result.stderr
    assert "" == result.stdout
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (line,) = result.stderr.splitlines()
    assert line.startswith("downfunnel: ")
    return line


def test_an_unknown_stage_lists_the_ones_that_resemble_it(folder):
    line = complaint("trian", folder=folder)

    assert "stage 'trian' is unknown; did you mean 'train'? known: " in line
    assert line.endswith(f" and {len({*command_line.STAGES, *command_line.COMMANDS}) - 8} more")


@pytest.mark.parametrize("stage", ["train", "score"])
def test_an_unknown_variant_lists_those_that_resemble_it(stage, folder):
    line = complaint(stage, "popularty", folder=folder)

    assert "params.yaml: roster: 'popularty' is unknown; did you mean 'popularity'?" in line
    assert all(name in line for name in load(PARAMS).roster if name.startswith("popularity"))
    assert line.endswith(f" and {len(load(PARAMS).variants) - 8} more")


def test_a_missing_variant_lists_the_roster(folder):
    assert "score needs a variant; known: popularity, " in complaint("score", folder=folder)


def test_a_variant_where_none_belongs_is_refused(folder):
    line = complaint("snapshot", "markov", folder=folder)

    assert "snapshot takes no variant or other item, but was given 'markov'" in line


@pytest.mark.parametrize(
    ("stage", "kind", "known"),
    [("split", "a question", "categories"), ("compare", "an arm", "main"), ("worlds", "a world", "frequency")],
)
def test_a_stage_of_each_question_or_arm_lists_them(stage, kind, known, folder):
    assert f"{stage} needs {kind}; known: {known}, " in complaint(stage, folder=folder)
    assert "'mian' is unknown" in complaint(stage, "mian", folder=folder)


@pytest.mark.parametrize("arguments", [["order", "--repeat", "4"], ["--repeat", "0"]])
def test_repeats_are_of_all_worlds_and_at_least_one(arguments, folder):
    assert "a number of logs, at least 1, and no world" in complaint("worlds", *arguments, folder=folder)


def test_other_stages_are_not_repeated(folder):
    assert "snapshot takes no --repeat" in complaint("snapshot", "--repeat", "4", folder=folder)
    assert "--part NAME goes with worlds --repeat N" in complaint("worlds", "order", "--part", "near", folder=folder)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("strength: 1.0", "strength: 1.5", "worlds.order.strength: "),
        ("left: sum-horizon, right: markov", "left: sum-horizn, right: markov", "did you mean 'sum-horizon'?"),
        (
            "    - co-occurrence\n",
            "    - co-ocurrence\n",
            "params.yaml: worlds.roster: 'co-ocurrence' is unknown",
        ),
        ("statistics_share: 0.5", "statistics_share: 5", "tokens.statistics_share: "),
        ("tokens: {variant: flat-n", "tokens: {variant: flatn", "params.yaml: tokens.variant: 'flatnext-tokens' is un"),
        ("[popularity, recent-pop", "[populrity, recent-pop", "params.yaml: diagnostics.impersonal: 'populrity' is un"),
        ("[popularity, recent-pop", "[popularity-young, recent-pop", "'popularity-young' is of the arm young; name"),
        ("    - popularity\n", "", "params.yaml: worlds.roster: 'popularity' is missing, from which the share of"),
    ],
)
def test_a_wrong_setting_of_an_arm_is_found_by_check(right, wrong, told, folder):
    text = PARAMS.read_text(encoding="utf-8")
    assert right in text
    (folder / "params.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    (folder / "study").symlink_to(ROOT / "study")

    assert told in complaint("check", folder=folder)
    if "statistics_share" in wrong:
        assert told in complaint("report", folder=folder)


def test_a_snapshot_is_compared_with_those_that_are_named(folder):
    def naming(others: str) -> None:
        text = re.sub("(?m)^compare_with:.*$", f"compare_with: {others}", PARAMS.read_text(encoding="utf-8"))
        (folder / "params.yaml").write_text(text, encoding="utf-8")

    naming("[]")
    assert "compare_with in params.yaml names no other snapshot" in complaint("snapshots", "old", folder=folder)

    naming("[old]")
    assert "snapshots needs a snapshot; known: old" in complaint("snapshots", folder=folder)
    assert "snapshot 'odl' is unknown; did you mean 'old'? known: old" in complaint("snapshots", "odl", folder=folder)


def test_what_a_command_or_a_stage_does_not_take_is_named(folder):
    assert "unrecognized arguments: x" in complaint("train", "markov", "x", folder=folder)
    assert "unrecognized arguments: --name" in complaint("snapshot", "--name", "x", folder=folder)
    assert "required: --name" in complaint("snapshot", "add", "log.csv", folder=folder)
    assert "required: PATH" in complaint("init", folder=folder)
    assert "reads no log" in complaint("check", "--parameters", "log.csv", folder=folder)


def test_two_dashes_hide_no_command(monkeypatch):
    asked = []
    monkeypatch.setattr("study.commands.check", asked.append)

    assert 0 == command_line.main(["--", "check", "log.csv"])
    assert [["log.csv"]] == asked


def test_no_stage_at_all_is_refused(folder):
    assert "STAGE" in complaint(folder=folder)


@pytest.mark.parametrize(
    "stage", [["check"], ["split", "categories"], ["train", "popularity"], ["compare", "main"], ["quick"]]
)
def test_a_wrong_setting_stops_every_stage_before_it_writes(stage, folder):
    text = PARAMS.read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text.replace("budget: default", "budget: defualt"), encoding="utf-8")

    line = complaint(*stage, folder=folder)

    assert "params.yaml: budget: " in line
    assert "did you mean 'default'? known: quick, default, full" in line


def test_outside_the_repository_it_says_where_to_run(tmp_path):
    assert "run from the root of the repository" in complaint("train", "popularity", folder=tmp_path)


def test_help_imports_nothing_heavy(tmp_path):
    script = (
        "import sys; from study.__main__ import main\ntry: main(['--help'])\nfinally: print(*sys.modules, sep='\\n')"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert set() == {"torch", "polars", "numpy", "pydantic", "yaml"} & set(result.stdout.splitlines())


def test_repeats_run_the_check_of_the_worlds(monkeypatch):
    ran = []

    class Stage:
        def __init__(self, name: str) -> None:
            self.name = name.rpartition(".")[2]

        def run(self, *arguments: int | str | None) -> None:
            ran.append((self.name, *arguments))

        fingerprints = run

    for name in command_line.THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(command_line, "import_module", Stage)

    assert 0 == command_line.main(["worlds", "--repeat", "3"])
    assert 0 == command_line.main(["worlds", "--repeat", "3", "--part", "near"])
    assert [("check",), ("worlds_validity", 3, None), ("check",), ("worlds_validity", 3, "near")] == ran


def test_a_refusal_says_whether_the_same_command_keeps_what_is_finished(monkeypatch, capsys):
    def refuse() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "data/x")

    for name in command_line.THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(command_line.under_dvc, "begin", refuse)

    said = []
    for command in (["train", "popularity"], ["repro"], ["fit", "sum-horizon"], ["export"], ["split", "categories"]):
        assert 1 == command_line.main(command)
        said.append(capsys.readouterr().err.rpartition(": ")[2])
    assert ["what is finished stays\n"] * 2 + ["it begins anew\n"] * 3 == said


def test_a_stage_that_begins_anew_goes_on_with_dvc_which_keeps_the_stages_before(monkeypatch, capsys):
    def interrupt() -> None:
        raise KeyboardInterrupt

    for name in command_line.THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("DVC_STAGE", "split@categories")
    monkeypatch.setattr(command_line.under_dvc, "begin", interrupt)

    assert 130 == command_line.main(["split", "categories"])
    assert "downfunnel: interrupted; the same command goes on from here\n" == capsys.readouterr().err


def test_memory_that_is_refused_is_one_line(monkeypatch, capsys):
    def refuse() -> None:
        raise MemoryError

    for name in command_line.THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(command_line.under_dvc, "begin", refuse)

    assert 2 == command_line.main(["check"])
    told = "downfunnel: there was not enough memory; give it more, then run the same command again: it begins anew\n"
    assert told == capsys.readouterr().err


def test_an_interrupt_exits_as_shells_expect(monkeypatch, capsys):
    def interrupt(name: str) -> None:
        raise KeyboardInterrupt

    for name in command_line.THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(command_line, "import_module", interrupt)

    monkeypatch.setattr(command_line.under_dvc, "begin", lambda: interrupt("dvc"))

    said = []
    for command in (["train", "popularity"], ["repro"], ["fit", "sum-horizon"], ["check"]):
        assert 130 == command_line.main(command)
        said.append(capsys.readouterr().err)
    assert ["downfunnel: interrupted; the same command goes on from here\n"] * 2 == said[:2]
    assert ["downfunnel: interrupted; the same command begins anew\n"] * 2 == said[2:]


@pytest.fixture
def ran(monkeypatch, folder):
    """The modules of stages that the command line calls, in place of which nothing happens."""
    called = []

    def module(name: str) -> SimpleNamespace:
        def note(*_: object) -> None:
            called.append(name.rpartition(".")[2])

        return SimpleNamespace(run=note, fingerprints=note)

    for name in command_line.THREADS:
        monkeypatch.setenv(name, "1")
    monkeypatch.delenv(command_line.under_dvc.STAGE, raising=False)
    monkeypatch.setattr(command_line, "import_module", module)
    monkeypatch.chdir(folder)
    return called


@pytest.mark.parametrize(
    ("command", "module"),
    [
        (["train", "popularity"], "train"),
        (["diagnose"], "diagnose"),
        (["diagnostics"], "diagnostics"),
        (["tokens"], "tokens"),
        (["worlds", "null"], "worlds"),
    ],
)
def test_a_stage_that_a_person_runs_goes_on_from_what_the_code_of_this_moment_has_finished(command, module, ran):
    assert 0 == command_line.main(command)
    assert ["check", module] == ran


def test_a_stage_that_dvc_runs_leaves_the_fingerprints_to_its_check(ran, monkeypatch):
    monkeypatch.setenv(command_line.under_dvc.STAGE, "train@popularity")
    monkeypatch.setattr(command_line.under_dvc, "begin", lambda: None)

    assert 0 == command_line.main(["train", "popularity"])
    assert ["train"] == ran
