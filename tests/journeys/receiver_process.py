"""A receiver as a process of its own: `python -m tests.journeys.receiver_process URL` prints its port and serves.

Settings come from the environment, as for the real command; the server has the real command's options.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from console.process.door import listen
from console.process.farewell import QuietServer
from receiver.app import build_app
from receiver.settings import ReceiverSettings
from tests.receiver.support import CONNECTIONS, SECRET
from tests.warm.programs import Program, piped


@dataclass
class ReceiverProcess:
    """A running one."""

    process: Program
    port: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def receiver_process(folder: Path, store_url: str, **changes: str) -> Iterator[ReceiverProcess]:
    """Start one with the connections of the tests; it is killed at the end if it still runs."""
    connections = folder / "connections.yaml"
    connections.write_text(CONNECTIONS, encoding="utf-8")
    settings = {
        "HOOKSWITCH_CONNECTIONS": str(connections), "HOOKSWITCH_DATA_DIR": str(folder),
        "HOOKSWITCH_MAX_BODY": "1000000", "DESK_SECRET": SECRET, **changes,
    }  # fmt: skip
    with piped() as (said, out), (folder / "receiver.log").open("ab") as log:
        process = Program(
            "tests.journeys.receiver_process", store_url, environ={**os.environ, **settings}, stdout=out, stderr=log
        )
        out.close()
        try:
            yield ReceiverProcess(process, int(said.readline()))
        finally:
            process.kill()
            process.wait()


def main(store_url: str) -> None:
    """Serve until told to stop."""
    listener = listen("127.0.0.1", 0)
    app = build_app(ReceiverSettings(), store_url)
    server = QuietServer(
        uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False,
            timeout_graceful_shutdown=12, timeout_keep_alive=75,
        )
    )  # fmt: skip
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
