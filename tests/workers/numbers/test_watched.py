from __future__ import annotations

import os

from tests.workers.numbers.support import MAIN, Office
from workers.numbers.watched import GONE_AFTER, Watched


def watched(office: Office) -> Watched:
    return Watched(office.folder, office.words, {}, office.store.numbers)


async def test_a_change_of_the_file_or_of_a_constant_is_taken_over_once(office: Office) -> None:
    file = watched(office)
    assert await file.look()
    assert not await file.look()
    office.open("closed")
    assert await file.look()
    os.utime(office.folder / "numbers.yaml", (1, 1))
    assert not await file.look()
    office.file(drift="mend")
    assert await file.look()
    assert file.file
    assert [(kept.number, kept.drift) for kept in file.file.kept] == [(MAIN, "mend")]


async def test_a_wrong_file_leaves_the_last_good_one_also_after_a_restart(office: Office) -> None:
    file = watched(office)
    await file.look()
    office.file(drift="mended")
    assert not await file.look()
    again = watched(office)
    assert await again.look()
    for each in (file, again):
        assert each.file
        assert (each.file.kept[0].drift, [finding.code for finding in each.refused]) == ("report", ["wrong-value"])
    office.file()
    assert not await again.look()
    assert again.refused == ()


async def test_wrong_constants_and_unknown_connections_hold_it_back(office: Office) -> None:
    file = watched(office)
    (office.folder / "vars.yaml").write_text((office.folder / "vars.yaml").read_text() + "a-b: 1\n")
    await file.look()
    assert (file.file, [finding.code for finding in file.refused]) == (None, ["bad-name"])
    office.open()
    office.file("numbers: {{ desks: {{ '+31850000001': {{ agent: x }} }} }}")
    await file.look()
    assert (file.file, [finding.code for finding in file.refused]) == (None, ["unknown-connection"])


async def test_a_file_that_is_away_for_a_moment_stays_in_force(office: Office) -> None:
    file = watched(office)
    await file.look()
    path = office.folder / "numbers.yaml"
    text = path.read_text()
    path.unlink()
    assert not await file.look()
    path.write_text(text)
    assert not await file.look()
    assert file.file
    path.unlink()
    assert [await file.look() for _ in range(GONE_AFTER)] == [False] * (GONE_AFTER - 1) + [True]
    assert not file.file
    assert await office.store.numbers.file() is None


async def test_without_a_file_nothing_is_kept(office: Office) -> None:
    (office.folder / "numbers.yaml").unlink()
    file = watched(office)
    assert not any([await file.look() for _ in range(GONE_AFTER + 1)])
    assert file.file is None
