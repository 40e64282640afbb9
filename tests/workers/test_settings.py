from __future__ import annotations

import pytest
from pydantic import ValidationError

from workers.settings import WorkerSettings, secrets_from, vars_from


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_SLOTS_LIVE", "3")
    monkeypatch.setenv("HOOKSWITCH_HTTP_ALLOW", " crm.internal:8080, 10.0.0.0/8,, ")
    monkeypatch.setenv("HOOKSWITCH_GRACE", "0")
    settings = WorkerSettings()
    assert settings.slots == {"live": 3, "background": 16, "bulk": 4}
    assert settings.allowed_hosts == ["crm.internal:8080", "10.0.0.0/8"]
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
