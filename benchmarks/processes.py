"""Processes of a contender: started, watched, stopped; what they cost, from the kernel's own books (Linux)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from benchmarks.client import Order, Outcome
from store.embedded import die_with_parent

Process = subprocess.Popen[bytes]
TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]


class BenchError(Exception):
    """Something that is measured does not run; the text says what."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """The first truthy value; raises BenchError after a while."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise BenchError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.01)
    return found


@contextmanager
def running(
    command: Sequence[str], log: Path, *, environ: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[Process]:
    """A process for as long as it is needed; with a port, from the moment it listens there."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            list(command), env={**os.environ, **(environ or {})}, stdout=out, stderr=out, cwd=ROOT,
            stdin=subprocess.DEVNULL, preexec_fn=die_with_parent,
        )  # fmt: skip
    try:
        if port:
            until(lambda: _listens(process, port, log), f"{' '.join(command[:4])} ({log})")
        yield process
    finally:
        _stop(process)


def python(*arguments: str) -> list[str]:
    """A module of ours as a command."""
    return [sys.executable, "-m", *arguments]


def _listens(process: Process, port: int, log: Path) -> bool:
    if process.poll() is not None:
        raise BenchError(f"a process ended at its start; see {log}:\n{log.read_text(errors='replace')[-2000:]}")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _stop(process: Process) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def send(order: Order) -> Outcome:
    """Carry out an order in a client process."""
    return receive(begin(order))


def begin(order: Order) -> Process:
    """The same, without waiting for it."""
    client = subprocess.Popen(
        python("benchmarks.client"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, preexec_fn=die_with_parent
    )
    assert client.stdin  # noqa: S101
    client.stdin.write(orjson.dumps(asdict(order)))
    client.stdin.close()
    client.stdin = None
    return client


def receive(client: Process) -> Outcome:
    """What a client that was begun has to say."""
    said, _ = client.communicate()
    if client.returncode:
        raise BenchError("the load client failed")
    return Outcome(**orjson.loads(said))


def cpu_seconds(processes: Sequence[Process]) -> float:
    """Processor time that these have used so far."""
    return sum(_cpu(process.pid) for process in processes)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(process: Process) -> float:
    """Memory that a process holds."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
