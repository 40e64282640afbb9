"""The spool: does its folder last, and does something wait in it that nobody brings?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from console.checkup.finding import Finding
from receiver.settings import ReceiverSettings
from store.spool import ROOM_FOR_ONE, Spool, SpoolError

MOUNTS = Path("/proc/self/mountinfo")
PASSING = frozenset({"tmpfs", "ramfs", "overlay", "aufs"})
"""File systems that are gone with the machine's power or with the container."""


def spool_findings(settings: ReceiverSettings) -> Iterator[Finding]:
    """What is wrong with the spool; nothing for a deployment that wants none."""
    if settings.spool_limit:
        yield from _lasting(settings.data_dir)
    spool = Spool(settings.data_dir / "spool", settings.spool_limit)
    try:
        yield from _waiting(spool)
        yield from _room(spool, settings.spool_limit)
    except (SpoolError, OSError) as error:
        yield Finding("error", "spool", str(error), "see that the data folder is whole and writable")


def _lasting(data_dir: Path) -> Iterator[Finding]:
    kind = file_system(data_dir, MOUNTS.read_text(encoding="utf-8") if MOUNTS.exists() else "")
    if kind in PASSING:
        said = f"{data_dir} is on {kind}: what is spooled there is gone after a restart of the machine or container"
        yield Finding("warning", "spool", said, "put HOOKSWITCH_DATA_DIR on a disk or volume that lasts")


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system a path is on, as far as a mount table (proc's mountinfo) tells."""
    place = path.resolve()
    parts = [line.split(" ") for line in mounts.splitlines()]
    kinds = {Path(_plain(part[4])): part[part.index("-") + 1] for part in parts if "-" in part and len(part) > 4}
    return next((kinds[folder] for folder in (place, *place.parents) if folder in kinds), "")


def _plain(written: str) -> str:
    """A mount point as it is; the table writes spaces and the like in octal."""
    return written.encode().decode("unicode_escape").encode("latin-1").decode(errors="replace")


def _room(spool: Spool, limit: int) -> Iterator[Finding]:
    """Whether it can take one more event, as far as there is a spool at all."""
    megabytes = f"{ROOM_FOR_ONE // 1_000_000} MB"
    if 0 < limit <= ROOM_FOR_ONE:
        said = f"it may take {limit:,} bytes, and one large event takes {megabytes}: it counts as full"
        yield Finding("error", "spool", said, "raise HOOKSWITCH_SPOOL_LIMIT")
    elif limit and spool.path.exists() and not spool.has_room():
        said = "it is full, or its disk is: while the store is away nothing more is kept, and callers hear the fallback"
        yield Finding("error", "spool", said, "make room on that disk, or raise HOOKSWITCH_SPOOL_LIMIT")


def _waiting(spool: Spool) -> Iterator[Finding]:
    count, unreadable = spool.count(), spool.unreadable()
    if count and spool.is_attended():
        yield Finding("warning", "spool", f"{count:,} events wait for the store", "see above what the store lacks")
    elif count:
        said = f"{count:,} events wait here and no receiver brings them"
        yield Finding("error", "spool", said, "start `hookswitch serve` with this data folder")
    if unreadable:
        said = f"{unreadable} events cannot be read and were set aside in {spool.path}"
        yield Finding("error", "spool", said, "keep the file and tell whoever looks after Hookswitch")
