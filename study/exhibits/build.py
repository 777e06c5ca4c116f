"""Builds the book from committed results: pages are copied to a workspace, executed and rendered there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from importlib.resources import files
from pathlib import Path

import yaml

import study
from study.errors import UserError
from study.exhibits import cite, downloads
from study.exhibits.results import load
from study.folders import held, place_of, replacing_folder
from study.parent import die_with_parent
from study.paths import BENCHMARKS, CITATION, LOG, PARAMS, PIPELINE, REPORT, RESULTS, write_text

PLOTLY = Path("_static") / "plotly.min.js"
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"  # it cannot be run with -m
KERNEL_STARTS = Path("ipythondir") / "profile_default" / "startup" / "bound.py"
BOUND = """import os
from study.parent import die_with_parent
die_with_parent(int(os.environ["JPY_PARENT_PID"]))
del os, die_with_parent
"""
"""Ends a kernel with its parent. It looks for that itself, too, but not where it ended before the kernel was ready."""
CONTENTS, HTML = "_toc.yml", "html"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
OWN_LINES = re.compile(r"^(?:study\.errors\.)?UserError: (.*)$", re.MULTILINE)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
BEGUN = ".book-"
"""How the names of folders begin in which a book is built; the number of the process follows."""
TAIL = 30  # lines of the log that are shown when no exhibit says what is wrong
LOST = "Kernel died before replying"
"""What is said of a kernel whose port another process took between its choice and its use."""


def build_book(destination: Path) -> Path:
    """Builds the book of the results that `params.yaml` names; a failing cell fails the build.

    An older book at `destination` stays until the new one is whole. The working tree is only read, and nothing is
    fetched.

    Returns:
        The page to open, `destination / "index.html"`.

    Raises:
        UserError: results are missing or contradict the parameters, a page cannot be built, or another build is at it.
        OSError: the machine refuses.
    """
    results = load()
    pages()
    place = place_of(destination, Path.is_dir, "book")
    with held(place, f"report to {destination}"):
        _sweep(place.parent)
        with tempfile.TemporaryDirectory(prefix=f"{BEGUN}{os.getpid()}-", dir=place.parent) as temporary:
            workspace = Path(temporary) / "source"
            _fill(workspace)
            html = _compile(workspace, Path(temporary))
            downloads.write(results, html / downloads.FOLDER)
            with replacing_folder(place) as fresh:
                html.rename(fresh)  # on one file system, and empty
    return destination / "index.html"


def _sweep(folder: Path) -> None:
    """Removes what builders that were killed have left."""
    for path in folder.glob(f"{BEGUN}*"):
        if not Path(f"/proc/{path.name.removeprefix(BEGUN).partition('-')[0]}").exists():
            shutil.rmtree(path, ignore_errors=True)


def pages() -> dict[str, str]:
    """The pages of the book in their order, each with its title.

    Raises:
        UserError: a page has no title, or the contents name one that is not there, or lack one that is.
    """
    contents = yaml.safe_load((REPORT / CONTENTS).read_text(encoding="utf-8"))
    names = [contents["root"], *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]
    there = sorted(page.stem for page in REPORT.glob("*.md") if page != LOG)
    if left_out := [name for name in there if name not in names]:
        place = REPORT / f"{left_out[0]}.md"
        raise UserError(f"{place}: {REPORT / CONTENTS} does not name it; add a line `- file: {left_out[0]}` there")
    if missing := [name for name in names if name not in there]:
        raise UserError(f"{REPORT / CONTENTS}: there is no page {REPORT / missing[0]}.md; write it, or remove its line")
    return {name: _title(REPORT / f"{name}.md") for name in names}


def _title(page: Path) -> str:
    found = TITLE.search(page.read_text(encoding="utf-8"))
    if found is None:
        raise UserError(f"{page}: it has no title; begin it with a line '# Title'")
    return found.group(1)


def _fill(workspace: Path) -> None:
    """A copy of the pages that has, at the paths of study.paths, all that they read."""
    shutil.copytree(REPORT, workspace, ignore=shutil.ignore_patterns("_build", "decisions", PLOTLY.name))
    (workspace / LOG).parent.mkdir()
    for path in (LOG, PARAMS, PIPELINE, CITATION):
        if path.exists():
            shutil.copyfile(path, workspace / path)
    if BENCHMARKS.exists():
        shutil.copytree(BENCHMARKS, workspace / BENCHMARKS)
    _sign(workspace / "_config.yml")
    (workspace / RESULTS).parent.mkdir()
    (workspace / RESULTS).symlink_to(RESULTS.resolve(), target_is_directory=True)


def _sign(config: Path) -> None:
    """Writes the title and the authors of the citation into the settings of the book."""
    citation = cite.load()
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings |= {"title": citation.title, "author": citation.names}
    settings["sphinx"]["config"]["html_theme_options"]["logo"] = {"text": citation.title}
    config.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _compile(workspace: Path, temporary: Path) -> Path:
    """Renders the pages, as many at once as there are cores; Jupyter Book's own command renders one at a time."""
    html = temporary / HTML
    write_text(temporary / KERNEL_STARTS, BOUND)
    _run([sys.executable, "-c", JUPYTER_BOOK, "config", "sphinx", str(workspace)], temporary)
    # Only now: every page would begin with a script that Jupyter Book finds. `book.js` loads it where it is needed.
    shutil.copyfile(Path(str(files("plotly"))) / "package_data" / PLOTLY.name, workspace / PLOTLY)
    strict = ["--fail-on-warning", "--keep-going", "--show-traceback", "--jobs", "auto"]
    _run([sys.executable, "-m", "sphinx", "--builder", "html", *strict, str(workspace), str(html)], temporary)
    return html


def _run(command: list[str], temporary: Path) -> None:
    # The hook is safe in a process whose other threads only wait; what it starts ends with it, however that is.
    bound = partial(die_with_parent, os.getpid())
    environment = _environment(temporary)
    run = partial(subprocess.run, command, env=environment, capture_output=True, text=True, preexec_fn=bound)
    done = run(check=False)
    if done.returncode and LOST in done.stdout + done.stderr:
        shutil.rmtree(temporary / HTML, ignore_errors=True)  # in which the page would count as read
        done = run(check=False)
    if done.returncode:
        raise UserError(f"the book could not be built: {_reason(done.stdout + done.stderr)}")


def _environment(temporary: Path) -> dict[str, str]:
    """Kernels find this very package, belong to this very environment and neither read nor write the user's home."""
    root = str(Path(study.__file__).resolve().parents[1])
    homes = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        **{name: str(temporary / name.lower()) for name in homes},
    }


def _reason(text: str) -> str:
    """What an exhibit said itself; failing that, the end of the log is printed."""
    lines = [line for line in COLOURS.sub("", text).splitlines() if line.strip() and "IPKernelApp" not in line]
    said = OWN_LINES.findall("\n".join(lines))
    if said:
        return str(said[-1])
    print("\n".join(lines[-TAIL:]), file=sys.stderr)
    return "see the messages above"
