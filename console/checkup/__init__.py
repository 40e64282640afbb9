"""What `doctor` looks at: each thing that must be right for no event to be lost, with what to do when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from console.checkup.ceilings import ceiling_findings
from console.checkup.connections import connection_findings
from console.checkup.finding import Finding
from console.checkup.folder import folder_findings
from console.checkup.load import load_findings
from console.checkup.rules import rule_findings, worker_notes
from console.checkup.server import store_findings
from console.checkup.spool import spool_findings
from receiver.settings import ReceiverSettings
from workers.settings import WorkerSettings

__all__ = ["Finding", "examine"]


def examine(receiver: ReceiverSettings, worker: WorkerSettings, environ: Mapping[str, str]) -> list[Finding]:
    """Everything, in the order in which an operator would look. Secrets are looked up in `environ`."""
    return [
        *asyncio.run(store_findings(receiver)),
        *asyncio.run(load_findings(receiver)),
        *folder_findings(receiver.data_dir),
        *spool_findings(receiver),
        *connection_findings(receiver.connections, environ),
        *asyncio.run(ceiling_findings(receiver, worker, environ)),
        *rule_findings(worker, environ, asyncio.run(worker_notes(receiver))),
    ]
