"""Whatever is in a file, it gives findings: nothing raises, nothing takes long, and the others stay in force.

`benchmarks/damage.py` does the same with ten thousand files and a worker beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.cases.testfile import read_tests
from rules.engine.findings import MOST_FINDINGS
from rules.engine.loading.readrule import LoadedRule, read_context, read_rule
from rules.engine.loading.variables import read_vars
from tests.rules.corpus.reading import CORPUS, check, lay_out, words
from tests.rules.damaging import damaged, originals
from workers.rulebook import open_rulebook

SLOWEST = 1.0
"""Seconds of processor time for one file."""
FILES = originals()
Read = Callable[[bytes], LoadedRule]


@pytest.fixture(scope="module")
def read() -> Read:
    always = CORPUS / "always"
    context = read_context(words(always), read_vars((always / "vars.yaml").read_bytes(), "vars.yaml"), {})
    return lambda data: read_rule("damaged", "damaged.yaml", data, context)


def placed(loaded: LoadedRule, data: bytes) -> bool:
    """Whether each finding has a place that an editor could jump to."""
    lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\xe2\x80\xa8") + data.count(b"\xc2\x85") + 3
    return all(1 <= finding.line <= lines and finding.column >= 1 and finding.message for finding in loaded.findings)


def test_damaged_files(read: Read) -> None:
    chance = Random(11)
    for _ in range(700):
        data = damaged(chance, FILES)
        began = time.process_time()
        loaded = read(data)
        assert time.process_time() - began < SLOWEST, data[:2000]
        assert (loaded.rule is None) == any(finding.severity == "error" for finding in loaded.findings)
        assert placed(loaded, data), (data[:2000], loaded.findings)
        assert len(loaded.findings) <= MOST_FINDINGS + 1


@pytest.mark.parametrize("name", ["too_many_loops", "step_before_it_ran", "local_number"])
def test_a_file_cut_off_at_any_byte(read: Read, name: str) -> None:
    path = CORPUS / "right" / f"{name}.yaml"
    data = path.read_bytes()
    for end in range(len(data)):
        assert placed(read(data[:end]), data)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_as_an_expression(text: str) -> None:
    always = CORPUS / "always"
    context = read_context(words(always), read_vars("", "vars.yaml"), {})
    quoted = "'" + text.replace("'", "''").replace("\n", " ") + "'"
    read_rule("r", "r.yaml", f"description: x\non: tool-calls\nif: {quoted}\nanswer: {{ result: x }}\n", context)


def test_damaged_tests_vars_and_folders(tmp_path: Path) -> None:
    chance = Random(12)
    folder = lay_out(tmp_path, [])
    case = Path("rules/examples/order_status.test.yaml").read_bytes()
    variables = (CORPUS / "always" / "vars.yaml").read_bytes()
    for round_ in range(60):
        (folder / "shop_closes.test.yaml").write_bytes(damaged(chance, [case]))
        (folder / "vars.yaml").write_bytes(damaged(chance, [variables]))
        (folder / f"damaged_{round_ % 5}.yaml").write_bytes(damaged(chance, FILES))
        check(folder)
        read_tests("x", "x.test.yaml", damaged(chance, [case]), None, words(CORPUS / "always"))


def test_a_rulebook_keeps_what_is_whole(tmp_path: Path) -> None:
    chance = Random(13)
    folder = lay_out(tmp_path, [CORPUS / "right" / "duration_words.yaml"])
    book = open_rulebook(folder, words(folder), {})
    whole = book.rule("shop_closes")
    assert whole is not None
    version = book.rule("duration_words")
    for _ in range(200):
        (folder / "duration_words.yaml").write_bytes(damaged(chance, FILES) + b"\n]: never whole")
        (folder / f"other_{chance.randrange(9)}.yaml").write_bytes(damaged(chance, FILES))
        book.look()
        assert book.rule("shop_closes") is whole
        assert book.rule("duration_words") is version
