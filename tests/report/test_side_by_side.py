"""Pages are rendered by several processes, and executed by others, which end with the build."""

import os
import signal
import subprocess
import sys

from study.exhibits import build
from study.paths import write_text
from tests.tiny import ROOT

CONF = """
import signal, time
extensions = ["study.exhibits.side_by_side"]

def read(app, page, source):
    heard = app.outdir / "heard"
    if page == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        heard.touch()
        time.sleep(1)
        app.env.much = "-" * 1_000_000  # a pipe holds less
    if page == "wrong":
        while not heard.exists():
            time.sleep(0.01)
        raise ValueError("nothing to read here")

def setup(app):
    app.connect("source-read", read)
"""


def test_a_page_that_fails_ends_the_build_though_another_does_not_hear_that_it_shall_end(tmp_path):
    (tmp_path / "conf.py").write_text(CONF)
    pages = ["index", "deaf", "wrong", "some", "more", "pages"]  # Sphinx reads fewer one after the other
    for page in pages:
        (tmp_path / f"{page}.rst").write_text(":orphan:\n\nTitle\n=====\n")
    command = [sys.executable, "-m", "sphinx", "--jobs", str(len(pages)), str(tmp_path), str(tmp_path / "html")]
    pipe = subprocess.PIPE
    started = subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = started.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        raise

    assert started.returncode
    assert "nothing to read here" in said


def test_a_kernel_whose_parent_ended_before_it_was_ready_ends_too(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    write_text(tmp_path / build.KERNEL_STARTS, build.BOUND)
    environment = build._environment(tmp_path) | {"JPY_PARENT_PID": str(ended.pid)}

    kernel = subprocess.run(
        [sys.executable, "-m", "ipykernel_launcher"], env=environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert -signal.SIGKILL == kernel.returncode, kernel.stderr
