from __future__ import annotations

import resource

import pytest

from console.checkup.openfiles import open_file_findings
from receiver.settings import ReceiverSettings


def test_only_too_few_open_files_are_worth_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert list(open_file_findings(ReceiverSettings(max_requests=1900))) == []
    (finding,) = open_file_findings(ReceiverSettings(max_requests=2000))
    assert (finding.level, finding.about) == ("warning", "open files")
    assert finding.text == "at most 4,096, and HOOKSWITCH_MAX_REQUESTS=2000 asks for 4,200"
    assert "LimitNOFILE" in finding.advice
