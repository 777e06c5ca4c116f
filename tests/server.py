"""PostgreSQL, really run, on 127.0.0.1 alone."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PASSWORD = "s3cret/pass"


@pytest.fixture(scope="session")
def server():
    """The address of a fresh server."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # As root the server is another user's, who may not enter the folders of pytest.
    with tempfile.TemporaryDirectory(prefix="postgresql", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield from _served(Path(folder), PROGRAMS[-1])


def _served(folder: Path, programs: Path):
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    (folder / "password").write_text(PASSWORD)

    def run(program: str, *arguments: str, **options):
        own = {"user": user} if os.geteuid() == 0 else {}
        return subprocess.run(
            [programs / program, *arguments], cwd=folder, check=True, capture_output=True, **own, **options
        )

    run("initdb", "-D", "data", "-U", "tester", "--auth=scram-sha-256", "--pwfile=password")
    with socket.socket() as free:  # as late as can be: another process may take it
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-h 127.0.0.1 -p {port} -k {folder}"
    run("pg_ctl", "-D", "data", "-w", "-o", options, "-l", "log", "start")
    try:
        yield f"postgresql://tester:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", "data", "-m", "immediate", "stop")


def tell(address: str, text: str) -> str:
    """What the server answers to SQL, one row a line."""
    command = [PROGRAMS[-1] / "psql", "-At", "-v", "ON_ERROR_STOP=1", "-c", text, address]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
