"""Builds the book from committed results: sources are copied to a workspace, executed and rendered there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import study
from study.errors import UserError
from study.exhibits.results import load
from study.paths import LOG, PARAMS, PIPELINE, REPORT, RESULTS

PLOTLY = Path("_static") / "plotly.min.js"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
OWN_LINES = re.compile(r"^(?:study\.errors\.)?UserError: (.*)$", re.MULTILINE)
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"  # it cannot be run with -m
TAIL = 30


def build_book(destination: Path) -> Path:
    """Builds the book of the results that `params.yaml` names; a failing cell fails the build.

    An older book at `destination` stays until the new one is whole. The working tree is only read.

    Returns:
        The page to open, `destination / "index.html"`.

    Raises:
        UserError: results are missing or contradict the parameters, or a page cannot be built.
    """
    load()
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".book-", dir=destination.parent.resolve()) as temporary:
        workspace, output = Path(temporary) / "source", Path(temporary) / "output"
        _fill(workspace)
        _compile(workspace, output, Path(temporary))
        if destination.exists():
            shutil.rmtree(destination)
        (output / "_build" / "html").rename(destination)
    return destination / "index.html"


def _fill(workspace: Path) -> None:
    """A copy of the pages that has, at the paths of study.paths, all that they read."""
    ignored = shutil.ignore_patterns("_build", "decisions")
    shutil.copytree(REPORT, workspace, ignore=ignored)
    (workspace / LOG).parent.mkdir()
    for path in (LOG, PARAMS, PIPELINE):
        if path.exists():
            shutil.copyfile(path, workspace / path)
    shutil.copyfile(Path(str(files("plotly"))) / "package_data" / PLOTLY.name, workspace / PLOTLY)
    (workspace / RESULTS).parent.mkdir()
    (workspace / RESULTS).symlink_to(RESULTS.resolve(), target_is_directory=True)


def _compile(workspace: Path, output: Path, scratch: Path) -> None:
    strict = ["--warningiserror", "--keep-going"]
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(workspace), "--path-output", str(output), *strict]
    home = Path(study.__file__).resolve().parents[1]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(home), os.environ.get("PYTHONPATH")])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or not (output / "_build" / "html" / "index.html").exists():
        raise UserError(f"the book could not be built: {_reason(done.stdout + done.stderr)}")


def _reason(text: str) -> str:
    """What an exhibit said itself; failing that, the end of the log is printed."""
    lines = [line for line in COLOURS.sub("", text).splitlines() if line.strip() and "IPKernelApp" not in line]
    said = OWN_LINES.findall("\n".join(lines))
    if said:
        return str(said[-1])
    print("\n".join(lines[-TAIL:]), file=sys.stderr)
    return "see the messages above"
