from __future__ import annotations

import pytest
from pydantic import ValidationError

from console.sandbox.script import Generation
from console.sandbox.settings import Options, SandboxSettings


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_SANDBOX_G3_URL", "http://here/hooks/front_desk")
    monkeypatch.setenv("HOOKSWITCH_SANDBOX_G3_SECRET", "s3cret")
    monkeypatch.setenv("HOOKSWITCH_SANDBOX_PACE", "0.5")
    settings = SandboxSettings()
    assert settings.g3_url == "http://here/hooks/front_desk"
    assert settings.g3_secret.get_secret_value() == "s3cret"
    assert settings.options() == Options(pace=0.5)


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(SandboxSettings.model_validate({"g3_secret": "s3cret"}))


@pytest.mark.parametrize(
    ("event", "generation", "seconds"),
    [
        ("assistant-request", "g1", 5),
        ("assistant-request", "g3", 5),
        ("tool-calls", "g1", 5),
        ("tool-calls", "g2", 10),
        ("tool-calls", "g3", 10),
    ],
)
def test_documented_deadlines(event: str, generation: Generation, seconds: float) -> None:
    assert SandboxSettings().deadline(event, generation) == seconds


def test_options_are_a_copy() -> None:
    settings = SandboxSettings()
    settings.options().pace = 9
    assert settings.options().pace == 1


def test_unknown_option_is_refused() -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({"paec": 2})
