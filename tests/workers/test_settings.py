from __future__ import annotations

import pytest
from pydantic import ValidationError

from store.connections import Connection
from store.retention import Keep
from workers.settings import WorkerSettings, secrets_from, vars_from


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_SLOTS_LIVE", "3")
    monkeypatch.setenv("HOOKSWITCH_HTTP_ALLOW", " crm.internal:8080, 10.0.0.0/8,, ")
    monkeypatch.setenv("HOOKSWITCH_TRACE_HOSTS", "crm.internal, billing.internal,")
    monkeypatch.setenv("HOOKSWITCH_GRACE", "0")
    settings = WorkerSettings()
    assert settings.slots == {"live": 3, "background": 16, "bulk": 4}
    assert settings.allowed_hosts == ["crm.internal:8080", "10.0.0.0/8"]
    assert settings.traced_hosts == {"crm.internal", "billing.internal"}
    assert settings.grace == 0


@pytest.mark.parametrize("name", ["SLOTS_LIVE", "SLOTS_BACKGROUND", "SLOTS_BULK"])
def test_a_lane_without_slots_would_stand_still(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"HOOKSWITCH_{name}", "0")
    with pytest.raises(ValidationError):
        WorkerSettings()


def test_callers_are_the_first_lane() -> None:
    assert next(iter(WorkerSettings().slots)) == "live"


def test_secrets_and_vars_are_named_in_lower_case_and_empty_ones_are_not_there() -> None:
    environ = {
        "HOOKSWITCH_SECRET_CRM_TOKEN": "t",
        "HOOKSWITCH_SECRET_EMPTY": "",
        "HOOKSWITCH_VAR_SANDBOX_URL": "http://127.0.0.1",
        "CRM_TOKEN": "other",
    }
    assert secrets_from(environ) == {"crm_token": "t"}
    assert vars_from(environ) == {"sandbox_url": "http://127.0.0.1"}


@pytest.mark.parametrize(("written", "seconds"), [("7d", 604_800), ("36h", 129_600), ("3600", 3600), ("0", 0)])
def test_how_long_events_are_kept(monkeypatch: pytest.MonkeyPatch, written: str, seconds: float) -> None:
    monkeypatch.setenv("HOOKSWITCH_KEEP", written)
    monkeypatch.setenv("HOOKSWITCH_KEEP_EVENTS", "5")
    connections = {
        "short": Connection(name="short", provider="flireo", keep=60),
        "always": Connection(name="always", provider="flireo", keep=0),
        "plain": Connection(name="plain", provider="flireo"),
    }
    assert WorkerSettings().retention(connections) == Keep(seconds, 5, {"short": 60, "always": 0}, 0.7)


@pytest.mark.parametrize(
    ("name", "written"), [("KEEP", "a week"), ("KEEP", "-1"), ("KEEP_EVENTS", "-1"), ("KEEP_SHARE", "2")]
)
def test_what_is_no_length_of_time(monkeypatch: pytest.MonkeyPatch, name: str, written: str) -> None:
    monkeypatch.setenv(f"HOOKSWITCH_{name}", written)
    with pytest.raises(ValidationError):
        WorkerSettings()


def test_the_default_is_a_week_a_million_and_most_of_the_memory() -> None:
    assert WorkerSettings().retention({}) == Keep(7 * 86_400, 1_000_000, {}, 0.7)
