"""The benchmarks still run, lose nothing and say what they measured. How fast it was is nobody's business here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

import benchmarks.__main__ as program
from benchmarks.bars import bars
from benchmarks.client import Line
from benchmarks.measure import Row, Table, ratio
from benchmarks.report import histogram
from benchmarks.traffic import ID_LENGTH, SECRET, Traffic, signature_holds
from receiver.auth import verify
from receiver.providers.flireo.signature import DEFAULTS
from receiver.raw import RawDelivery
from store.connections import AuthEntry

ROW = {"name", "unit", "values", "failed", "more", "others", "median", "low", "high"}


def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *only: str, more: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    monkeypatch.setattr(program, "RESULTS", tmp_path / "results")
    file = tmp_path / "numbers.json"
    wanted = [part for name in only for part in ("--only", name)]
    done = CliRunner().invoke(program.main, ["--scale", "smoke", "--json", str(file), *wanted, *more])
    assert done.exception is None, done.output
    return done.output, orjson.loads(file.read_bytes())


@pytest.mark.journey
def test_answers_and_latencies_are_measured_and_nothing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.throughput.LEVELS", ("everysec",))
    output, numbers = run(tmp_path, monkeypatch, "machine", "acks")
    assert set(numbers) == {"scale", "tables", "bars"}
    rows = numbers["tables"]["acks"]["rows"]
    assert [row["name"] for row in rows] == ["bare", "recipe everysec", "recipe always", "hookswitch everysec"]
    for row in rows:
        assert set(row) == ROW
        assert row["failed"] == 0
        assert row["median"] > 0
    assert {bar["text"] for bar in numbers["bars"]} >= {"acks everysec ≥ 0.5 × bare"}
    assert "HTTP exchanges over loopback" in output
    assert not list((tmp_path / "results").glob("run-*"))


@pytest.mark.journey
def test_the_overload_accounts_for_every_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output, numbers = run(tmp_path, monkeypatch, "overload", more=["--backlog-limit", "50"])
    rows = {row["name"]: row for row in numbers["tables"]["overload"]["rows"]}
    assert rows["answered by their rule in time"]["failed"] == 0
    assert rows["store's memory after"]["median"] > 0
    assert "answered by their rule" in output


@pytest.mark.parametrize("kind", ["informational", "waiting"])
def test_every_request_is_signed_for_itself(kind: str) -> None:
    make = Traffic(kind).maker()
    one, two = make("a-1"), make("a-2")
    assert one != two
    for request in (one, two):
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
        headers = {name: value for name, _, value in lines}
        assert int(headers["content-length"]) == len(body)
        assert 3_000 < len(body) < 4_000
        raw = RawDelivery(body=body, headers=headers)
        verify(raw, [AuthEntry(scheme="hmac", secret=SECRET)], raw.received_at, DEFAULTS)
        assert signature_holds(body, headers)
        assert not signature_holds(body + b" ", headers)
    assert len("full-round-12-1234567") < ID_LENGTH


class Drip:
    """A socket that gives what it has in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def recv(self, _: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def line_of(*pieces: bytes) -> Line:
    line = Line.__new__(Line)
    line.socket, line._read, line.began = Drip(*pieces), b"", 0  # type: ignore[assignment]
    return line


def test_an_answer_counts_once_it_is_whole() -> None:
    line = line_of(b"HTTP/1.1 200 OK\r\nContent-", b"Length: 4\r\n\r\nab", b"cd")
    assert line.receive() == b""
    assert line.receive() == b""
    assert line.receive().endswith(b"abcd")


def test_a_hang_up_is_no_answer() -> None:
    with pytest.raises(ConnectionError):
        line_of().receive()


def test_a_histogram_counts_everything() -> None:
    lines = list(histogram([1.0, 1.1, 4.0]))
    assert sum(int(line.split()[-1]) for line in lines if not line.endswith("ms")) == 3
    assert list(histogram([])) == []


def test_the_best_alternative_is_found_round_by_round() -> None:
    rows = [Row("arq 1", "/s", [10.0, 40.0]), Row("arq 2", "/s", [20.0, 10.0]), Row("hookswitch 2", "/s", [60.0, 80.0])]
    (bar,) = bars({"jobs": Table("jobs", "", rows)})
    assert bar.measured == 2.5
    assert bar.met


def test_ratios_are_taken_within_rounds() -> None:
    disturbed = Row("a", "/s", [10.0, 1.0, 10.0]), Row("b", "/s", [5.0, 0.5, 5.0])
    assert ratio(*disturbed) == 2.0
