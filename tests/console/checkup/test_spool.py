from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.checkup import spool as module
from console.checkup.spool import file_system, spool_findings
from receiver.settings import ReceiverSettings
from store.events import Acceptance
from store.spool import ROOM_FOR_ONE, Spool
from tests.store.builders import an_event

TABLE = """\
22 1 254:1 / / rw,relatime shared:1 - overlay overlay rw
23 22 0:21 / /data rw - ext4 /dev/vdb rw
24 22 0:22 / /data/with\\040space rw shared:2 master:1 - tmpfs tmpfs rw
nonsense
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReceiverSettings:
    monkeypatch.setattr(module, "MOUNTS", tmp_path / "mounts")
    return ReceiverSettings(data_dir=tmp_path)


def found(settings: ReceiverSettings) -> list[tuple[str, str]]:
    return [(finding.level, finding.text) for finding in spool_findings(settings)]


async def spooled(settings: ReceiverSettings, count: int) -> Spool:
    spool = Spool(settings.data_dir / "spool", 50_000_000)
    await spool.append([Acceptance(an_event(), b"{}") for _ in range(count)])
    return spool


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/x", "overlay"), ("/data", "ext4"), ("/data/deep/er", "ext4"), ("/data/with space/x", "tmpfs")],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert file_system(Path(path), TABLE) == kind


def test_nobody_knows_without_a_table() -> None:
    assert file_system(Path("/data"), "") == ""


def test_nothing_spooled_on_a_disk_is_fine(settings: ReceiverSettings) -> None:
    assert found(settings) == []
    assert not (settings.data_dir / "spool").exists()


async def test_a_spool_without_room_is_an_error(settings: ReceiverSettings) -> None:
    await spooled(settings, 1)
    small = settings.model_copy(update={"spool_limit": ROOM_FOR_ONE + 1000})
    assert ("error", "it is full, or its disk is: while the store is away nothing more is kept") in [
        (level, text.partition(", and callers")[0]) for level, text in found(small)
    ]


def test_a_spool_that_is_too_small_for_one_event_is_an_error(settings: ReceiverSettings) -> None:
    ((level, text),) = found(settings.model_copy(update={"spool_limit": 400_000}))
    assert (level, text) == ("error", "it may take 400,000 bytes, and one large event takes 4 MB: it counts as full")
    assert found(settings.model_copy(update={"spool_limit": 0})) == []


def test_a_folder_that_does_not_last_is_a_warning(settings: ReceiverSettings) -> None:
    (settings.data_dir / "mounts").write_text("22 1 254:1 / / rw - tmpfs tmpfs rw\n")
    ((level, text),) = found(settings)
    assert level == "warning"
    assert "is on tmpfs" in text
    assert found(settings.model_copy(update={"spool_limit": 0})) == []


async def test_what_nobody_brings_is_an_error(settings: ReceiverSettings) -> None:
    await spooled(settings, 2)
    assert found(settings) == [("error", "2 events wait here and no receiver brings them")]


async def test_what_a_receiver_will_bring_is_a_warning(settings: ReceiverSettings) -> None:
    spool = await spooled(settings, 2)
    with spool.attended():
        assert found(settings) == [("warning", "2 events wait for the store")]


async def test_what_cannot_be_read_is_an_error(settings: ReceiverSettings) -> None:
    spool = await spooled(settings, 1)
    with sqlite3.connect(spool.path) as db:
        db.execute("INSERT INTO unreadable VALUES (9, 'e', x'00', 'ValueError')")
        db.execute("DELETE FROM spooled")
    db.close()
    ((level, text),) = found(settings)
    assert (level, text.partition(" and ")[0]) == ("error", "1 events cannot be read")


def test_a_file_that_is_broken_is_an_error(settings: ReceiverSettings) -> None:
    (settings.data_dir / "spool").mkdir()
    (settings.data_dir / "spool" / "spool.db").write_bytes(b"broken" * 2000)
    ((level, text),) = found(settings)
    assert (level, text) == ("error", "the spool cannot be used: file is not a database")
