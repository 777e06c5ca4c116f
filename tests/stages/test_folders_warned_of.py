"""`check` names what a log in a folder seems to hold and what is not read of it, or not seen where it changes."""

from study.__main__ import main
from tests.stages.own_log import funnel, workspace
from tests.stages.test_look import checked

__all__ = ["workspace"]


def test_a_linked_folder_is_read_and_warned_of(workspace, capsys):
    """DVC does not look into it, so that nothing would be run again where a file of it has changed."""
    checked(funnel(), capsys)
    for name in ("log", "elsewhere"):
        (workspace / name).mkdir()
    (workspace / "log.parquet").rename(workspace / "elsewhere/part.parquet")
    assert 2 == main(["check", "log"])
    (workspace / "log/linked").symlink_to(workspace / "elsewhere")
    capsys.readouterr()

    assert 0 == main(["check", "log"])
    said = capsys.readouterr().out
    assert "6,000" in said
    assert 1 == said.count("warning: log/linked is a link to a folder, in which DVC sees no change")


def test_what_stands_in_the_names_of_folders_alone_is_warned_of(workspace, capsys):
    """As Spark and Polars write a partitioned data set."""
    checked(funnel(), capsys)
    for name in ("shop=7/year=2024", "shop=8/year=2025"):
        (workspace / "log" / name).mkdir(parents=True)
        funnel().write_parquet(workspace / "log" / name / "part-0.parquet")

    assert 0 == main(["check", "log"])
    told = (
        "warning: names of folders are not read, and files lack what they say, year, as in log/shop=7/year=2024: write"
    )
    said = capsys.readouterr().out.splitlines()
    assert [told] == [line[: len(told)] for line in said if "names of folders" in line]


def test_a_column_that_stands_in_the_name_of_a_folder_alone_is_missing(workspace, capsys):
    checked(funnel(), capsys)
    (workspace / "log/event_name=order_placed").mkdir(parents=True)
    funnel().drop("event_name").write_parquet("log/event_name=order_placed/part-0.parquet")

    assert 2 == main(["check", "log"])
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        "part-0.parquet: column 'event_name' is missing; it stands in the name of a folder alone, which is not" in line
    )
