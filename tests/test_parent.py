import os
import signal
import subprocess
import sys

import pytest

from tests.tiny import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")


def bound_to(parent: int) -> subprocess.CompletedProcess[str]:
    code = f"from study.parent import die_with_parent; die_with_parent({parent}); print('alive')"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_process_whose_parent_ended_before_it_could_ask_ends_too():
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass

    found = bound_to(ended.pid)

    assert (-signal.SIGKILL, "") == (found.returncode, found.stdout)


def test_a_process_whose_parent_is_there_goes_on():
    assert (0, "alive\n") == ((found := bound_to(os.getpid())).returncode, found.stdout), found.stderr


def test_a_process_ends_with_another_one_that_did_not_start_it():
    with subprocess.Popen(["sleep", "300"]) as other:
        code = f"import time; from study.parent import die_with; die_with({other.pid}); print('bound'); time.sleep(300)"
        command = [sys.executable, "-u", "-c", code]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as bound:
            assert "bound\n" == bound.stdout.readline()
            other.kill()

            assert -signal.SIGKILL == bound.wait()
