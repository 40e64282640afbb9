from __future__ import annotations

import time

import pytest

from receiver.providers.mapping.cel import INCOMING, Expression, Failed, activation, compiled
from receiver.providers.mapping.limits import check_work

LONG = {"a": {"b": [0] * 2200}}


def test_short_lists_may_be_gone_over() -> None:
    check_work(1, LONG)
    check_work(4, {"a": [0] * 1000})
    check_work(100, {"a": "x" * 100_000, "b": [[0] * 50]})
    check_work(0, {"a": [0] * 100_000})


def test_long_ones_may_not() -> None:
    for loops, seen in ((2, LONG), (1, {"a": [[0] * 3000]}), (1, [0] * 3000), (1, {str(n): n for n in range(3000)})):
        with pytest.raises(Failed, match="too long"):
            check_work(loops, seen)


def test_what_is_allowed_takes_no_caller_away() -> None:
    loop = compiled("raw.a.b.map(x, x)", INCOMING)
    assert isinstance(loop, Expression)
    values = activation(INCOMING, {"raw": LONG, "headers": {}, "query": {}, "door": "", "tool": ""})
    began = time.process_time()
    loop.evaluate(values)
    assert time.process_time() - began < 1.0
