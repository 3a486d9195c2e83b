"""A PostgreSQL of the tests' own: run as an unprivileged user in a temporary folder, one a test run, shared by workers.

`postgres_url(name)` returns the address of a new, empty database. The test is skipped, with its reason, where no server
can be started. `TOCSIN_TEST_POSTGRES` may name a running server instead (postgresql://user@host/).
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from filelock import FileLock

_USER = "postgres"
_started: str | None = None


def postgres_url(template: str = "template0") -> str:
    """Return the address of a new database, or skip the test with the reason.

    template: the address of a database to copy, to which nothing is connected; an empty one otherwise.
    """
    server = _server()
    name = f"t{uuid.uuid4().hex[:16]}"
    source = _name(template)
    with psycopg.connect(_address(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {source}")
    return _address(server, name)


@pytest.fixture(name="postgres_url")
def postgres_url_fixture() -> Iterator[str]:
    """The address of a new, empty database, dropped afterwards."""
    address = postgres_url()
    yield address
    name = _name(address)
    with psycopg.connect(_address(_server(), "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")


def _name(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


def _address(server: str, name: str) -> str:
    base, _, query = server.partition("?")
    return f"{base.rstrip('/')}/{name}" + (f"?{query}" if query else "")


def _server() -> str:
    global _started
    if _started is None:
        _started = os.environ.get("TOCSIN_TEST_POSTGRES") or _shared_server()
    return _started


def _shared_server() -> str:
    """One server a test run: the first worker starts it, the others find it through a file."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid{os.getpid()}"
    folder = Path(tempfile.gettempdir()) / f"tocsin-postgres-{run}"
    with FileLock(f"{folder}.lock"):
        if not (folder / "address").exists():
            _start(folder)
        address = (folder / "address").read_text()
        (folder / f"user-{os.getpid()}").touch()
    atexit.register(_leave, folder)
    return address


def _start(folder: Path) -> None:
    programs = _programs()
    folder.mkdir(mode=0o755, exist_ok=True)
    data = folder / "data"
    as_user: list[str] = []
    if os.getuid() == 0:
        try:
            account = pwd.getpwnam(_USER)
        except KeyError:
            pytest.skip("PostgreSQL refuses to run as root and there is no user postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        if shutil.which("setpriv") is None:
            as_user = ["runuser", "-u", _USER, "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    for command in (
        [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"],
        [programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options, "start"],
    ):
        done = subprocess.run(
            [*as_user, *map(str, command)], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"PostgreSQL does not start: {done.stderr.decode(errors='replace').strip()[-300:]}")
    (folder / "stop").write_text(
        "\n".join([*as_user, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
    )
    (folder / "address").write_text(f"postgresql://{_USER}@127.0.0.1:{port}?host={quote(str(folder), safe='')}")


def _leave(folder: Path) -> None:
    """The last worker to leave stops the server and removes its folder."""
    with FileLock(f"{folder}.lock"):
        (folder / f"user-{os.getpid()}").unlink(missing_ok=True)
        if any(folder.glob("user-*")) or not (folder / "stop").exists():
            return
        stop = (folder / "stop").read_text().split("\n")
        subprocess.run(stop, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)
    Path(f"{folder}.lock").unlink(missing_ok=True)


def _programs() -> Path:
    """The newest installed server programs, or skip."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb is None:
        pytest.skip("no PostgreSQL server is installed (initdb is not found)")
    return Path(initdb).resolve().parent
