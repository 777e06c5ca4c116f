import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from study import quick
from study.errors import UserError
from study.events.read import read_source
from study.params.snapshot import Snapshot
from study.paths import QUICK
from study.redact import STORAGE
from tests.params.test_load import changed


def declared(snapshot) -> SimpleNamespace:
    """Parameters of which no section is missing."""
    return SimpleNamespace(snapshot=snapshot, tokens={"any": 1}, diagnostics={"any": 1}, worlds={"any": 1})


def git(*arguments: str, folder: Path = Path()) -> str:
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A working tree with tracked, untracked and ignored files, in which `dvc repro` does nothing."""
    monkeypatch.chdir(tmp_path)
    contents = {
        ".gitignore": "/build/\n/data/*\n!/data/results/\n",
        "params.yaml": "seed: 1\nbudget: default # quick, default or full\n",
        "dvc.lock": "published\n",
        "study/tracked.py": "1\n",
        "data/results/log/leaderboard.json": "published\n",
        "data/log.parquet": "events\n",
        "data/events/development.parquet": "made by a run\n",
    }
    for name, text in contents.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "start")
    (tmp_path / "study" / "untracked.py").write_text("2\n", encoding="utf-8")
    log = SimpleNamespace(source="data/log.parquet", files="*")
    monkeypatch.setattr(quick, "load", lambda: declared(log))
    monkeypatch.setattr(quick, "refuse_sections", lambda _: None)
    monkeypatch.setattr(quick, "repro", lambda _: None)
    return tmp_path


def test_a_machine_without_git_is_told_so(tree, monkeypatch):
    monkeypatch.setenv("PATH", str(tree))

    with pytest.raises(UserError, match=r"^quick copies what git tracks, but there is no git here; install it$"):
        quick.run()


@pytest.mark.parametrize("section", ["tokens", "diagnostics", "worlds"])
def test_a_key_that_is_misspelt_in_a_section_is_refused_before_anything_is_copied(section, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    changed(f"{section}.misspelt", 1, tmp_path)

    with pytest.raises(UserError, match=rf"^params\.yaml: {section}\.misspelt: "):
        quick.run()
    assert ["params.yaml"] == [path.name for path in tmp_path.iterdir()]


def files() -> set[str]:
    return {str(p.relative_to(QUICK)) for p in QUICK.rglob("*") if p.is_file() and ".git" not in p.parts}


def test_the_workspace_has_the_code_and_the_source_but_nothing_that_a_run_made(tree):
    quick.run()

    assert {".gitignore", "params.yaml", "study/tracked.py", "study/untracked.py", "data/log.parquet"} == files()
    assert "quick" == yaml.safe_load((QUICK / "params.yaml").read_text(encoding="utf-8"))["budget"]


def test_the_workspace_stands_at_the_revision_of_the_tree_and_leaves_the_tree_alone(tree):
    before = git("status", "--porcelain")

    quick.run()

    assert git("rev-parse", "HEAD") == git("rev-parse", "HEAD", folder=QUICK)
    assert before == git("status", "--porcelain")


def test_a_second_run_refreshes_the_code_and_keeps_what_the_first_made(tree):
    quick.run()
    (QUICK / "dvc.lock").write_text("quick\n", encoding="utf-8")
    (QUICK / "data/results/log").mkdir(parents=True)
    (QUICK / "data/results/log/leaderboard.json").write_text("quick\n", encoding="utf-8")
    (tree / "study/tracked.py").write_text("3\n", encoding="utf-8")
    (tree / "study/untracked.py").unlink()

    quick.run()

    assert "3\n" == (QUICK / "study/tracked.py").read_text(encoding="utf-8")
    assert not (QUICK / "study/untracked.py").exists()
    assert "quick\n" == (QUICK / "dvc.lock").read_text(encoding="utf-8")
    assert "quick\n" == (QUICK / "data/results/log/leaderboard.json").read_text(encoding="utf-8")


def test_no_search_takes_the_place_of_the_one_that_the_study_recorded(tree, monkeypatch):
    """Of one snapshot, arm and variant they have one name."""
    seen = []
    monkeypatch.setenv(STORAGE, "postgresql://server/optuna")
    monkeypatch.setattr(quick, "repro", lambda _: seen.append(os.environ.get(STORAGE)))

    quick.run()

    assert [None] == seen


def test_a_log_outside_of_the_tree_is_read_where_it_is(tree, tmp_path_factory, monkeypatch):
    log = tmp_path_factory.mktemp("elsewhere") / "log.csv"
    log.write_text("events\n", encoding="utf-8")
    source = os.path.relpath(log, tree)
    (tree / "params.yaml").write_text(yaml.safe_dump({"snapshot": {"name": "log", "source": source}}), encoding="utf-8")
    monkeypatch.setattr(quick, "load", lambda: declared(SimpleNamespace(source=source, files="*")))

    quick.run()

    params = yaml.safe_load((QUICK / "params.yaml").read_text(encoding="utf-8"))
    assert {"name": "log", "source": str(log.resolve()), "most_events": 500_000} == params["snapshot"]
    assert {".gitignore", "params.yaml", "study/tracked.py", "study/untracked.py"} == files()
    assert [] == list(tree.rglob("*.csv"))


def test_a_folder_of_a_log_is_copied_as_it_is_now(tree, monkeypatch):
    folder = tree / "data/parts"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.csv", "deep/b.csv"):
        (folder / name).write_text("events\n", encoding="utf-8")
    log = SimpleNamespace(source="data/parts", files="*")
    monkeypatch.setattr(quick, "load", lambda: declared(log))
    quick.run()
    assert {"data/parts/a.csv", "data/parts/deep/b.csv"} <= files()

    (folder / "deep/b.csv").unlink()
    quick.run()

    assert ["data/parts/a.csv"] == [name for name in files() if name.startswith("data/parts")]


@pytest.mark.parametrize("becomes", ["folder", "file"])
def test_a_log_may_turn_from_a_file_into_a_folder_of_its_name_and_back(tree, monkeypatch, becomes):
    """As where one tool writes `events.parquet` and another a folder of that name."""
    log = tree / "data/log.parquet"
    kinds = {"file": "data/log.parquet", "folder": "data/log.parquet/part-0.parquet"}

    def write(kind: str) -> None:
        shutil.rmtree(log) if log.is_dir() else log.unlink(missing_ok=True)
        (tree / kinds[kind]).parent.mkdir(parents=True, exist_ok=True)
        (tree / kinds[kind]).write_text(f"{kind}\n", encoding="utf-8")

    monkeypatch.setattr(quick, "load", lambda: declared(SimpleNamespace(source="data/log.parquet", files="*")))
    for kind in [*kinds] if becomes == "folder" else [*kinds][::-1]:
        write(kind)
        quick.run()
        assert [kinds[kind]] == [name for name in files() if name.startswith("data/log.parquet")]
        assert f"{kind}\n" == (QUICK / kinds[kind]).read_text(encoding="utf-8")


def test_a_file_of_a_log_is_copied_again_only_where_it_has_changed(tree, monkeypatch):
    copied, copy = [], shutil.copy2
    monkeypatch.setattr(shutil, "copy2", lambda path, target: (copied.append(str(path)), copy(path, target)))
    quick.run()
    assert "data/log.parquet" in copied
    copied.clear()

    quick.run()

    assert "data/log.parquet" not in copied
    assert "study/tracked.py" in copied
    (tree / "data/log.parquet").write_text("Events\n", encoding="utf-8")
    quick.run()
    assert "Events\n" == (QUICK / "data/log.parquet").read_text(encoding="utf-8")


def test_a_file_of_a_log_that_a_link_names_as_well_is_copied_once(tree, monkeypatch):
    log = tree / "exports"
    log.mkdir()
    (log / "02.csv").write_text("events\n", encoding="utf-8")
    (log / "latest.csv").symlink_to("02.csv")
    monkeypatch.setattr(quick, "load", lambda: declared(SimpleNamespace(source="exports", files="*")))
    quick.run()

    assert {"exports/02.csv"} == {name for name in files() if name.startswith("exports")}


def test_without_a_commit_it_says_what_it_needs(tree):
    git("update-ref", "-d", "HEAD")

    with pytest.raises(UserError, match="copies what git tracks, at its last commit"):
        quick.run()


def test_a_log_that_is_not_there_is_told_as_by_check_before_anything_is_copied(tree, monkeypatch):
    (tree / "data/log.parquet").unlink()
    spec = Snapshot(name="log", source="data/log.parquet", timezone="UTC", attributes={"item": "categorical"})
    with pytest.raises(UserError) as by_check:
        read_source(spec)
    monkeypatch.setattr(quick, "load", lambda: declared(spec))

    with pytest.raises(UserError) as by_quick:
        quick.run()

    assert "params.yaml: snapshot.source: there is no file or folder 'data/log.parquet'" in str(by_quick.value)
    assert str(by_check.value) == str(by_quick.value)
    assert not QUICK.exists()
