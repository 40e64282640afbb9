from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.checkup.connections import connection_findings
from console.checkup.finding import Finding

HMAC = {"scheme": "hmac", "secret": "${DESK_SECRET}"}
TOKEN = {"scheme": "path_token", "secret": "${DESK_TOKEN}"}
SET = {"DESK_SECRET": "s", "DESK_TOKEN": "t", "DESK_KEY": "k"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "connections.yaml"


def found(file: Path, environ: Mapping[str, str] = SET, **connection: object) -> list[Finding]:
    file.write_text(yaml.safe_dump({"connections": {"desk": {"provider": "flireo"} | connection}}))
    return list(connection_findings(file, environ))


def levels(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.about) for finding in findings]


def test_all_is_well(file: Path) -> None:
    api = {"base_url": "https://x", "key": "${DESK_KEY}"}
    assert levels(found(file, generation="g3", auth=[HMAC], api=api)) == [("ok", "desk webhook"), ("ok", "desk API")]


def test_each_part_names_what_is_missing(file: Path) -> None:
    webhook, api = found(file, {}, auth=[HMAC], api={"base_url": "https://x", "key": "${DESK_KEY}"})
    assert (webhook.level, webhook.text) == ("error", "off: DESK_SECRET not set")
    assert (api.level, api.text) == ("error", "off: DESK_KEY not set")


def test_a_file_that_is_not_there_is_told_once(file: Path) -> None:
    (finding,) = connection_findings(file, {})
    assert finding.text == "cannot be read: No such file or directory"
    assert str(file) in finding.advice


def test_an_open_door_is_a_warning(file: Path) -> None:
    assert levels(found(file, generation="g3", auth=[{"scheme": "none"}])) == [("warning", "desk webhook")]


OVER = {"not_after": "2026-01-31T00:00:00Z"}


def test_a_secret_that_has_ended_is_an_error_when_no_other_holds(file: Path) -> None:
    (finding,) = found(file, generation="g3", auth=[HMAC | OVER])
    assert finding.level == "error"
    assert finding.text == (
        "the hmac secret ended at 2026-01-31 00:00, and no other holds: every delivery is refused with 401"
    )
    assert "not_after" in finding.advice


def test_after_a_rotation_it_is_only_in_the_way(file: Path) -> None:
    findings = found(file, generation="g3", auth=[HMAC | OVER, HMAC])
    assert levels(findings) == [("warning", "desk webhook"), ("ok", "desk webhook")]


def test_an_entry_that_can_never_hold_is_an_error(file: Path) -> None:
    findings = found(file, generation="g3", auth=[HMAC | {"signed": "{timestamp}"}])
    assert levels(findings) == [("error", "desk webhook")]


def test_a_token_with_a_slash_is_never_recognised(file: Path) -> None:
    (finding,) = found(file, SET | {"DESK_TOKEN": "a/b"}, generation="g3", auth=[TOKEN])
    assert (finding.level, finding.text) == ("error", "a path token with a / in it is never recognised")


@pytest.mark.parametrize("word", ["tools", "context", "data"])
def test_a_token_that_names_another_url_is_never_recognised(file: Path, word: str) -> None:
    (finding,) = found(file, SET | {"DESK_TOKEN": word}, generation="g3", auth=[TOKEN])
    assert (finding.level, finding.advice) == ("error", "correct the auth entry")
    assert finding.text == (
        "a path token context, data or tools is never recognised: the URL means something else then"
    )


def test_a_mapping_that_cannot_be_used_is_told_once(file: Path) -> None:
    (webhook, mapping) = found(
        file, provider="generic", auth=[{"scheme": "path_token", "secret": "x"}], mapping={"native": "rw"}
    )
    assert (webhook.level, mapping.level, mapping.about) == ("ok", "error", "desk mapping")
    assert 'mapping.native: unknown name "rw"' in mapping.text


def test_a_platform_that_posts_nothing_we_read(file: Path) -> None:
    (finding,) = found(file, provider="flirio", auth=[HMAC])
    assert finding.level == "error"
    assert finding.advice == "known: flireo, fluents, generic, opencx, standard, vapi"


def test_a_connection_for_nothing(file: Path) -> None:
    assert levels(found(file)) == [("error", "desk webhook")]


@pytest.mark.parametrize(
    ("generation", "auth", "fallback", "lost"),
    [
        ("g1", [TOKEN], {"default": True}, True),
        ("g1", [TOKEN], {"reject": "We are closed."}, True),
        ("g1", [TOKEN], None, True),
        ("g1", [TOKEN], {"config": {"firstMessage": "Good day."}}, False),
        ("auto", [TOKEN], {"default": True}, True),
        ("auto", [HMAC, {"scheme": "none"}], {"default": True}, True),
        ("auto", [HMAC], {"default": True}, False),
        ("g3", [TOKEN], {"default": True}, False),
        ("g2", [HMAC], {"assistant": "a1"}, True),
        ("g3", [HMAC], {"assistant": "a1"}, False),
    ],
)
def test_a_fallback_that_loses_the_call(
    file: Path, generation: str, auth: list[object], fallback: dict[str, object] | None, lost: bool
) -> None:
    given: dict[str, Any] = {"fallback": {"assistant-request": fallback}} if fallback else {}
    findings = found(file, generation=generation, auth=auth, **given)
    told = [finding for finding in findings if finding.about == "desk fallback"]
    assert [finding.level for finding in told] == ["error"] * lost
    assert all("loses the call" in finding.text and "config" in finding.advice for finding in told)
