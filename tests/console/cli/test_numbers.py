from __future__ import annotations

import asyncio
import getpass
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console import keeping
from store.client import Store, open_store
from store.numbers import Pin
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.console.test_keeping import row

MAIN = "+31850000001"
ID = f"desk/{MAIN}"
HEAD = {"at_ms": 1_772_400_000_000, "file": "numbers.yaml", "mode": "live", "timezone": "UTC", "every": 900}
DRIFT = row(state="drift", present="other", present_name="")


class Keeper:
    """Stands for the worker that keeps numbers: gives prepared rows, and notes what was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.rows: dict[str, list[dict[str, Any]]] = {
            "look": [row()],
            "apply": [row(done=True)],
            "adopt": [row(done=True)],
        }
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self._stop, self._begun = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._answer()))
        self._thread.start()
        assert self._begun.wait(60)

    async def _answer(self) -> None:
        store = open_store(self.url)
        await store.numbers.keep_file(b"{}")
        self._begun.set()
        while not self._stop.is_set():
            for asked in await store.numbers.asked():
                self.asked.append((asked.wish, asked.numbers))
                await store.numbers.tell(asked, HEAD | {"state": "done", "rows": self.rows[asked.wish]}, over=True)
            await asyncio.sleep(0.02)
        await store.close()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(5)


@pytest.fixture
def keeper(url: str) -> Iterator[Keeper]:
    keeper = Keeper(url)
    yield keeper
    keeper.stop()


def looked(url: str, *rows: dict[str, Any]) -> None:
    in_store(url, lambda store: store.numbers.keep_look(HEAD | {"rows": list(rows)}))


def test_a_plan_without_differences(cli: Cli, keeper: Keeper) -> None:
    done = cli("numbers", "plan")
    assert (done.exit_code, keeper.asked) == (0, [("look", ())])
    assert ("+318•••••01" in done.stdout, MAIN in done.stdout) == (True, False)
    assert "1 number: 1 same" in done.stderr
    assert MAIN in cli("numbers", "plan", "--numbers").stdout


@pytest.mark.parametrize(("state", "code"), [("drift", 1), ("change", 1), ("adopted", 0), ("unknown", 2)])
def test_a_plan_says_by_its_exit_code_what_it_found(cli: Cli, keeper: Keeper, state: str, code: int) -> None:
    keeper.rows["look"] = [row(state=state)]
    done = cli("numbers", "plan", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["numbers"][0]["state"], told["mode"]) == (code, state, "live")


def test_the_last_look_asks_nobody(cli: Cli, url: str) -> None:
    assert cli("numbers", "plan", "--last").exit_code == 2
    looked(url, DRIFT)
    done = cli("numbers", "plan", "--last")
    assert (done.exit_code, "other → night" in done.stdout) == (1, True)
    assert "min ago" in done.stderr


def test_without_a_file_it_says_how_to_begin(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(tmp_path))
    for arguments in (("plan",), ("plan", "--last"), ("adopt", MAIN)):
        done = cli("numbers", *arguments)
        assert (done.exit_code, f"there is no numbers.yaml in {tmp_path}" in done.stderr) == (2, True)
        assert "docs/numbers.md" in done.stderr


def test_nobody_keeps_numbers(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "BEGUN_WITHIN", 0.05)
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(tmp_path))
    (tmp_path / "numbers.yaml").write_text("numbers: {}")
    done = cli("numbers", "plan")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no worker is running; start `hookswitch work`" in done.stderr


def test_apply_wants_a_yes_and_is_noted(cli: Cli, keeper: Keeper, url: str) -> None:
    keeper.rows["look"] = [DRIFT]
    refused = cli("numbers", "apply")
    assert (refused.exit_code, [wish for wish, _ in keeper.asked]) == (2, ["look"])
    done = cli("numbers", "apply", MAIN, "--yes")
    assert (done.exit_code, keeper.asked[-1]) == (0, ("apply", (ID,)))
    assert "changed" in done.stdout
    (deed,) = in_store(url, lambda store: store.audit.newest(5))
    assert (deed.by, deed.did) == (getpass.getuser(), "numbers apply desk/+318•••••01")


def test_apply_with_nothing_to_do_asks_nothing_more(cli: Cli, keeper: Keeper) -> None:
    assert cli("numbers", "apply").exit_code == 0
    assert [wish for wish, _ in keeper.asked] == ["look"]


@pytest.mark.parametrize(
    ("look", "applied", "said"),
    [
        (row(state="change", held="paused: all"), row(), "nothing may be changed: paused: all"),
        (row(state="change"), row(state="change", why="the key may not do this"), "the key may not do this"),
    ],
)
def test_apply_that_cannot(cli: Cli, keeper: Keeper, look: dict[str, Any], applied: dict[str, Any], said: str) -> None:
    keeper.rows |= {"look": [look], "apply": [applied]}
    done = cli("numbers", "apply", "--yes")
    assert (done.exit_code, said in done.output) == (2, True)


def test_adopting(cli: Cli, keeper: Keeper, url: str) -> None:
    looked(url, DRIFT)
    keeper.rows["adopt"] = [row(state="adopted", present="other", done=True)]
    done = cli("numbers", "adopt", MAIN)
    assert (done.exit_code, keeper.asked) == (0, [("adopt", (ID,))])
    assert "adopted: other answers it" in done.stderr
    keeper.rows["adopt"] = [row(state="pinned", why="by anna")]
    assert "not adopted: pinned; by anna" in cli("numbers", "adopt", MAIN).stderr
    assert cli("numbers", "adopt", "+31850000009").exit_code == 2


def pins(url: str) -> dict[str, Pin]:
    return in_store(url, lambda store: store.numbers.pins())


def test_pinning_and_unpinning(cli: Cli, url: str) -> None:
    looked(url, row())
    done = cli("numbers", "pin", MAIN, "--until", "7d", "--why", "being moved")
    (pin,) = pins(url).values()
    assert (done.exit_code, pin.by, pin.why) == (0, getpass.getuser(), "being moved")
    assert pin.until_ms - pin.since_ms == 7 * 86_400_000
    assert cli("numbers", "unpin", MAIN).exit_code == 0
    assert pins(url) == {}
    assert "has no pin" in cli("numbers", "unpin", MAIN).stderr


@pytest.mark.parametrize("until", ["2100-01-01T09:00", "2100-01-01T10:00+01:00"])
def test_a_pin_until_a_moment(cli: Cli, url: str, until: str) -> None:
    looked(url, row())
    assert "2100-01-01T09:00:00" in cli("numbers", "pin", MAIN, "--until", until).stderr
    assert pins(url)[ID].until_ms == 4_102_477_200_000


@pytest.mark.parametrize("until", ["soon", "2001-01-01T09:00"])
def test_a_pin_until_no_moment(cli: Cli, url: str, until: str) -> None:
    looked(url, row())
    assert (cli("numbers", "pin", MAIN, "--until", until).exit_code, pins(url)) == (2, {})


def test_what_was_done(cli: Cli, url: str) -> None:
    assert "nothing was done" in cli("numbers", "history").stderr
    entry = {
        "at_ms": 0,
        "connection": "desk",
        "number": MAIN,
        "what": "linked",
        "from": "",
        "to": "x",
        "by": "plan",
        "why": "",
    }

    async def past(store: Store) -> None:
        token = (await store.numbers.tend("w", 5)).token
        await store.numbers.note(token, {}, [entry, entry | {"number": "+31850000002", "what": "drift"}])

    in_store(url, past)
    assert [each["what"] for each in json.loads(cli("numbers", "history", "--json").stdout)] == ["drift", "linked"]
    (told,) = json.loads(cli("numbers", "history", MAIN, "--json", "--numbers").stdout)
    assert (told["what"], told["number"]) == ("linked", MAIN)
    assert "linked" in cli("numbers", "history", MAIN).stdout
    assert cli("numbers", "history", "+31850000009").exit_code == 2
