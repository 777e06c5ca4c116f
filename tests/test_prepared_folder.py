"""Where what is derived lies: in the folder of its inputs, settings, code and versions; older ones are removed."""

from pathlib import Path

import numpy as np

from study import prepared
from study.prepared import Prepared, kept
from tests.test_prepared import no_more, room

__all__ = ["room"]


def test_the_folder_is_that_of_its_files_settings_and_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = Path("events")
    file.write_text("some", encoding="utf-8")
    first = prepared.prepared("question", "train", "a setting", [file]).folder

    assert prepared.prepared("question", "train", "a setting", [file]).folder == first
    folders = {first, prepared.prepared("question", "train", "another", [file]).folder}
    file.write_text("others", encoding="utf-8")
    folders.add(prepared.prepared("question", "train", "a setting", [file]).folder)
    monkeypatch.setattr(prepared, "_code", lambda: "changed")
    folders.add(prepared.prepared("question", "train", "a setting", [file]).folder)

    assert len(folders) == 4


def test_what_nobody_asks_for_any_more_is_removed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old = prepared.prepared("question", "train", "old", [])
    other = prepared.prepared("question", "refit", "old", [])
    for memo in (old, other):
        kept(memo, "key", lambda: np.arange(5))
    mapped = kept(Prepared(old.folder), "key", no_more)

    prepared.prepared("question", "train", "new", [])

    assert not old.folder.exists()
    assert other.folder.exists()
    assert mapped.tolist() == [0, 1, 2, 3, 4]  # who has mapped it, keeps it


def test_what_other_versions_have_made_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = Path("events")
    file.write_text("some", encoding="utf-8")
    first = prepared.prepared("question", "train", "a setting", [file]).folder
    monkeypatch.setattr(prepared, "versions", lambda: ["numpy 0.0"])
    prepared._code.cache_clear()
    try:
        assert first != prepared.prepared("question", "train", "a setting", [file]).folder
    finally:
        prepared._code.cache_clear()
