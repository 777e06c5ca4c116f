"""PostgreSQL, really run, on 127.0.0.1 alone."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PASSWORD = "s3cret/pass"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a fresh server."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder, programs = tmp_path_factory.mktemp("database"), PROGRAMS[-1]
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        for path in (folder, *folder.parents):
            if path.is_relative_to("/tmp") and path != Path("/tmp"):
                path.chmod(0o755)
        shutil.chown(folder, user)
    (folder / "password").write_text(PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str, **options):
        own = {"user": user} if os.geteuid() == 0 else {}
        return subprocess.run(
            [programs / program, *arguments], cwd=folder, check=True, capture_output=True, **own, **options
        )

    run("initdb", "-D", "data", "-U", "tester", "--auth=scram-sha-256", "--pwfile=password")
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
