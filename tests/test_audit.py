"""The audit tells vulnerable packages from a service that cannot be reached."""

import os
import subprocess

import pytest

from tests.tiny import ROOT

UNREACHABLE = "Traceback (most recent call last):\nConnectionError: no answer"
FOUND = "Found 1 known vulnerability in 1 package"


@pytest.mark.parametrize(
    ("code", "said", "expected", "told"),
    [
        (0, "No known vulnerabilities found", 0, "No known vulnerabilities found\n"),
        (1, FOUND, 1, f"{FOUND}\n"),
        (1, UNREACHABLE, 3, "downfunnel: the audit could not run, so nothing is known: ConnectionError: no answer\n"),
    ],
)
def test_the_audit_ends_with_a_code_of_its_own_where_it_cannot_run(code, said, expected, told, tmp_path):
    stand_in = tmp_path / "pip-audit"
    stand_in.write_text(f"#!/bin/sh\nprintf '%s\\n' '{said}' >&2\nexit {code}\n", encoding="utf-8")
    stand_in.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    done = subprocess.run(
        [ROOT / ".ci/audit"], env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )

    assert (expected, told) == (done.returncode, done.stderr)
