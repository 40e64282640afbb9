"""What `doctor` looks at: each thing that must be right for no event to be lost, with what to do when it is not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from console.checkup.calls import comparison_findings, completion_findings
from console.checkup.ceilings import ceiling_findings
from console.checkup.connections import connection_findings, ended_findings
from console.checkup.finding import Finding
from console.checkup.folder import folder_findings
from console.checkup.load import load_findings
from console.checkup.numbers import number_findings
from console.checkup.openfiles import open_file_findings
from console.checkup.platforms.asking import platform_findings
from console.checkup.refused import refused_findings
from console.checkup.rules import rule_findings, worker_notes
from console.checkup.server import store_findings
from console.checkup.spool import spool_findings
from console.checkup.unproven import unproven_findings
from receiver.settings import ReceiverSettings
from workers.settings import WorkerSettings

__all__ = ["Finding", "examine", "examine_without_secrets"]


async def examine_without_secrets(receiver: ReceiverSettings, worker: WorkerSettings) -> list[Finding]:
    """What can be told from the store and the files alone, wherever the other processes run."""
    no_secrets = {name: value for name, value in os.environ.items() if name.startswith("HOOKSWITCH_VAR_")}
    notes = await worker_notes(receiver)
    return [
        *await store_findings(receiver),
        *await load_findings(receiver),
        *ended_findings(receiver.connections),
        *await unproven_findings(receiver),
        *await refused_findings(receiver),
        *await comparison_findings(receiver),
        *await ceiling_findings(receiver, worker, {}),
        *await number_findings(receiver, worker),
        *await asyncio.to_thread(lambda: list(rule_findings(worker, no_secrets, notes))),
    ]


async def examine(
    receiver: ReceiverSettings, worker: WorkerSettings, environ: Mapping[str, str], *, offline: bool = False
) -> list[Finding]:
    """Everything, in the order in which an operator would look. Secrets are looked up in `environ`.

    Platforms are asked, unless `offline`: then the store tells what they said last.
    """
    return [
        *await store_findings(receiver),
        *await load_findings(receiver),
        *folder_findings(receiver.data_dir),
        *spool_findings(receiver),
        *open_file_findings(receiver),
        *connection_findings(receiver.connections, environ),
        *await unproven_findings(receiver),
        *await (refused_findings(receiver) if offline else platform_findings(receiver, worker, environ)),
        *completion_findings(receiver.connections, environ),
        *await comparison_findings(receiver),
        *await ceiling_findings(receiver, worker, environ),
        *await number_findings(receiver, worker),
        *rule_findings(worker, environ, await worker_notes(receiver)),
    ]
