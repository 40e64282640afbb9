from __future__ import annotations

import re

from rules.engine.loading.habits import GROUPS, KEYS, KINDS, NAMES
from rules.engine.loading.readholds import CONCURRENCY_KEYS, LIMIT_KEYS
from rules.engine.loading.readrule import RULE_KEYS
from rules.engine.loading.readsteps import RETRY_KEYS, STEP_KEYS
from store.event import KINDS as OURS
from tests.rules.engine.vocab import found

OWN = {
    "a rule": RULE_KEYS,
    "a step": STEP_KEYS,
    "`retry`": RETRY_KEYS,
    "`limit`": LIMIT_KEYS,
    "`concurrency`": CONCURRENCY_KEYS,
    "`schedule`": ("cron", "timezone", "catch_up"),
}


def test_no_habit_is_a_key_of_ours() -> None:
    assert [set(keys) & set(OWN[what]) for what, keys in KEYS.items()] == [set()] * len(KEYS)


def test_what_is_advised_exists() -> None:
    everything = {key for keys in OWN.values() for key in keys} | {"schedule", "at"}
    advised = {word for keys in KEYS.values() for text in keys.values() for word in re.findall(r"`([a-z_]+)", text)}
    assert advised - everything == set()


def test_kinds_names_and_groups_are_none_of_ours() -> None:
    ours = {"call", "event", "tool", "report", "vars", "secrets", "steps", "memory", "raw", "now", "item", "index"}
    assert KINDS.keys() & OURS.keys() == set()
    assert ours & (NAMES.keys() | GROUPS.keys()) == set()


def test_a_habit_is_one_finding() -> None:
    text = "alias: x\ntrigger: tool-calls\naction: [log]\n"
    assert [line.partition(" ")[0] for line in found(text)] == ["1:1", "2:1", "3:1"]
