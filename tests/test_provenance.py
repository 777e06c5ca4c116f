"""The revision of results: the commit, marked where the code differs from it."""

import subprocess

import pytest

from study.provenance import revision


def git(*arguments: str) -> str:
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    done = subprocess.run(["git", *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A repository whose tree is its only commit."""
    monkeypatch.chdir(tmp_path)
    for name in ("study/part.py", "params.yaml", "dvc.lock", "data/results/log.json", "benchmarks/log/rank.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n", encoding="utf-8")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "start")
    return tmp_path


def test_a_clean_tree_is_its_commit(tree):
    assert git("rev-parse", "HEAD") == revision()


@pytest.mark.parametrize("name", ["study/part.py", "params.yaml", "study/untracked.py"])
def test_a_tree_that_differs_is_marked(tree, name):
    (tree / name).write_text("2\n", encoding="utf-8")

    assert f"{git('rev-parse', 'HEAD')}+changes" == revision()


@pytest.mark.parametrize("name", ["dvc.lock", "data/results/log.json", "data/new.json", "benchmarks/log/rank.jsonl"])
def test_what_runs_write_themselves_is_no_difference(tree, name):
    (tree / name).write_text("2\n", encoding="utf-8")

    assert git("rev-parse", "HEAD") == revision()


def test_outside_of_a_repository_it_is_unknown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert "unknown" == revision()
