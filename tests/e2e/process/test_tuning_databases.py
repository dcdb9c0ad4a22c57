"""Two engines share a study by a real database server: a PostgreSQL, a MySQL."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import kill_engines
from limits import LIMIT

from tests.e2e.process.tuning import share, tune  # noqa: F401  (tune is a fixture)
from tests.e2e.world import World


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextlib.contextmanager
def database(prepare: list[str], serve: list[str], connect: Callable[[], Any], stop: int) -> Iterator[None]:
    """A database server of its own, for one test and for this machine alone, until the block ends."""
    folder = Path(tempfile.mkdtemp())
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:  # which servers refuse to be
        as_user = {"user": "nobody", "extra_groups": []}
        shutil.chown(folder, "nobody")
    prepare, serve = ([word.replace("FOLDER", str(folder)) for word in words] for words in (prepare, serve))
    subprocess.run(prepare, check=True, capture_output=True, **as_user)
    process = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)
    try:
        until = time.monotonic() + LIMIT
        while True:
            try:
                connect().close()
                break
            except Exception:  # a driver's own
                assert time.monotonic() < until
                time.sleep(0.1)
        yield
    finally:
        process.send_signal(stop)
        process.wait(LIMIT)
        shutil.rmtree(folder)


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of a database."""
    psycopg = pytest.importorskip("psycopg")
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or server is None:
        pytest.skip("no PostgreSQL is installed")
    port = free_port()
    with database(
        [initdb, "-D", "FOLDER/data", "-A", "trust", "-U", "tuner", "--no-sync"],
        [server, "-D", "FOLDER/data", "-p", f"{port}", "-c", "listen_addresses=127.0.0.1", "-k", "", "-F"],
        lambda: psycopg.connect(f"host=127.0.0.1 port={port} user=tuner dbname=postgres"),
        signal.SIGINT,  # which to PostgreSQL means to end at once, in order
    ):
        yield f"postgresql+psycopg://tuner@127.0.0.1:{port}/postgres"


@pytest.fixture
def mysql() -> Iterator[str]:
    """The URL of a database."""
    pymysql = pytest.importorskip("pymysql")
    install, server = shutil.which("mariadb-install-db"), shutil.which("mariadbd")
    if install is None or server is None:
        pytest.skip("no MariaDB is installed")
    port = free_port()
    with database(
        [install, "--no-defaults", "--datadir=FOLDER/data", "--auth-root-authentication-method=normal"],
        [server, "--no-defaults", "--datadir=FOLDER/data", "--socket=FOLDER/socket", f"--port={port}",
         "--bind-address=127.0.0.1", "--skip-grant-tables", "--skip-networking=0"],
        lambda: pymysql.connect(host="127.0.0.1", port=port, user="tuner", database="test"),
        signal.SIGTERM,
    ):  # fmt: skip
        yield f"mysql+pymysql://tuner@127.0.0.1:{port}/test"


@pytest.mark.slow
def test_two_engines_share_a_study_by_a_postgresql(postgresql: str, world: World, tune) -> None:
    share(world, tune, postgresql, 24)
    kill_engines(Path(world.env["XDG_STATE_HOME"]))  # before the database ends


@pytest.mark.slow
def test_two_engines_share_a_study_by_a_mysql(mysql: str, world: World, tune) -> None:
    share(world, tune, mysql, 24)
    kill_engines(Path(world.env["XDG_STATE_HOME"]))  # before the database ends
