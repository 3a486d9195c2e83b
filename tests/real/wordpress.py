"""A WordPress of its own, in a temporary folder: Debian's, behind PHP's server, with a MariaDB that listens nowhere."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.real.places import give, without_rights

_PROGRAM = Path("/usr/share/wordpress")
_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{home}'); define('WP_SITEURL', '{home}'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true); define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""
# The one page for all addresses, since PHP's server has no rewriting; feeds are asked for by ?feed=.
_INSTALL = """<?php
define('WP_INSTALLING', true); require '{root}/wp-load.php'; require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Le blog d’Alba', 'alice', 'alice@example.org', true, '', 'a-long-secret');
"""
_RUN = """<?php
require '{root}/wp-load.php'; $given = json_decode(stream_get_contents(STDIN), true);
$result = call_user_func_array($given[0], $given[1]);
echo "\\n", json_encode(is_object($result) ? get_object_vars($result) : $result);
"""


class WordPress:
    """A blog with Alice as its owner; started by `start`, ended by `stop`. home: its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder / "site"
        self._socket = folder / "db" / "s"
        self._servers: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.home = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start both servers and install the blog; skips the test where a package is missing."""
        needed = {"php": "php-cli", "mariadbd": "mariadb-server", "mariadb-install-db": "mariadb-server"}
        missing = {package for program, package in needed.items() if shutil.which(program) is None}
        if not (_PROGRAM / "wp-load.php").exists():
            missing.add("wordpress")
        if missing:
            pytest.skip(f"WordPress cannot be started; Debian packages missing: {', '.join(sorted(missing))}")
        shutil.copytree(_PROGRAM, self._root, ignore=shutil.ignore_patterns("wp-config.php", "*.map"))
        self._write("wp-config.php", _CONFIG)
        self._write("install.php", _INSTALL)
        self._write("run.php", _RUN)
        (self._folder / "db").mkdir()
        give(self._folder / "db")
        give(self._root)
        self._database()
        self._php("install.php")
        self._serve("php", "-S", f"127.0.0.1:{self.port}", "-t", str(self._root))
        self._await(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close())

    def stop(self) -> None:
        """End both servers."""
        for server in reversed(self._servers):
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        self._servers.clear()

    def call(self, function: str, *arguments: object) -> Any:
        """Return what a function of WordPress returns."""
        return json.loads(self._php("run.php", json.dumps([function, arguments])).splitlines()[-1])

    def post(self, title: str, text: str) -> int:
        """Publish an article; return its number."""
        number: int = self.call(
            "wp_insert_post", {"post_title": title, "post_content": text, "post_status": "publish", "post_author": 1}
        )
        return number

    def comment(self, post: int, author: str, text: str) -> int:
        """Publish a comment under an article; return its number."""
        number: int = self.call(
            "wp_insert_comment",
            {"comment_post_ID": post, "comment_author": author, "comment_content": text, "comment_approved": 1},
        )
        return number

    def _write(self, name: str, text: str) -> None:
        (self._root / name).write_text(text.format(root=self._root, socket=self._socket, home=self.home))

    def _database(self) -> None:
        data = str(self._folder / "db" / "data")
        self._run(
            "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"
        )
        self._serve(
            "mariadbd",
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={self._socket}",
            "--skip-networking",
            f"--pid-file={self._folder / 'db' / 'pid'}",
            "--innodb-buffer-pool-size=32M",
        )
        make = ("mariadb", "--no-defaults", f"--socket={self._socket}", "-uroot", "-e", "create database wordpress")
        self._await(lambda: self._run(*make))

    def _php(self, name: str, given: str = "") -> str:
        return self._run("php", "-d", "display_errors=stderr", str(self._root / name), given=given)

    def _run(self, *command: str, given: str = "") -> str:
        done = subprocess.run(
            command, input=given.encode(), capture_output=True, timeout=120, check=False, **without_rights()
        )
        if done.returncode:
            raise OSError(f"{command[0]} failed: {(done.stderr or done.stdout)[-500:].decode('utf-8', 'replace')}")
        return done.stdout.decode()

    def _serve(self, *command: str) -> None:
        log = (self._folder / f"{command[0]}.log").open("wb")
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **without_rights()
        )
        log.close()
        self._servers.append(server)

    def _await(self, attempt: Any) -> None:
        for _ in range(150):
            try:
                attempt()
            except OSError:
                time.sleep(0.2)
            else:
                return
        logs = {log.name: log.read_text()[-300:] for log in self._folder.glob("*.log")}
        pytest.fail(f"a server did not start: {logs}")
