"""A short bad day with real processes. `make chaos SEED=... MINUTES=... RATE=...` plays longer ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.day import Day, play
from tests.chaos.installation import forked
from tests.chaos.plan import fault_plan

SEED = 1896
SECONDS = 12.0
RATE = 15.0

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


async def test_nothing_is_lost_repeated_or_left_unanswered(tmp_path: Path) -> None:
    said: list[str] = []
    outcome = await play(Day(SEED, SECONDS, RATE, tmp_path, said.append, forked))
    assert not outcome.failures, f"{outcome.text}\nseed {SEED}, logs and data in {tmp_path}"
    assert len(outcome.ledger.stored) > SECONDS * RATE
    words = Counter(line.split()[1] for line in outcome.log)
    assert words["begins"] == words["over"] == len(fault_plan(SEED, SECONDS)) - words["left"] > 0
    assert sum(effect.step != "inject" for effect in outcome.ledger.effects) > SECONDS * RATE
