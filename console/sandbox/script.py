"""What the simulated caller does: numbers, sentences, tools the agent reaches for, pauses, hanging up."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Platform = Literal["flireo", "fluents", "opencx", "vapi"]
PLATFORMS: tuple[Platform, ...] = ("flireo", "fluents", "opencx", "vapi")
Generation = Literal["g1", "g2", "g3"]
GENERATIONS: tuple[Generation, ...] = ("g1", "g2", "g3")


class BadScript(ValueError):
    """A script file that cannot be played; `path` and `reason` say which and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class ScriptModel(BaseModel):
    """Strict about names, so that a typing mistake in a script is told."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)


class ScriptTool(ScriptModel):
    """One tool the agent reaches for."""

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    id: str = Field("", description="the platform's id of this tool call; made up when empty")
    async_: bool = Field(False, alias="async", description="fire and forget: the reply's body is not used")
    async_response: str = "I will see to that."


class Turn(ScriptModel):
    """One thing after another: the caller speaks, tools are called, silence, waiting for a late sentence."""

    caller: str = ""
    tools: list[ScriptTool] = Field(default_factory=list, max_length=20)
    pause: float = Field(0, ge=0, le=3600, description="seconds of silence, stretched by the pace")
    hold: float = Field(
        0, ge=0, le=3600, description="keep the line open until a live command is heard, at most so long"
    )
    hang_up: bool = False

    @model_validator(mode="after")
    def _does_something(self) -> Turn:
        if not (self.caller or self.tools or self.pause or self.hold or self.hang_up):
            raise ValueError("a turn needs one of caller, tools, pause, hold, hang_up")
        return self


def opening_hours_turns() -> list[Turn]:
    """A caller who asks when the shop opens, and hangs up."""
    return [
        Turn(caller="What time do you open tomorrow?"),
        Turn(tools=[ScriptTool(name="opening_hours", arguments={"day": "tomorrow"})]),
        Turn(caller="Thank you, goodbye."),
        Turn(hang_up=True),
    ]


class Script(ScriptModel):
    """One call. Numbers are E.164 text."""

    platform: Platform = "flireo"
    generation: Generation = Field("g3", description="the dialect, where the platform has several")
    from_: str = Field("+31612340001", alias="from", max_length=64)
    to: str = Field("+31850000001", max_length=64)
    turns: list[Turn] = Field(default_factory=opening_hours_turns, max_length=200)
    summary: str = Field("", description="what the report says; made from the conversation when empty")
    analysis: dict[str, Any] = Field(default_factory=dict)
    lost: list[str] = Field(
        default_factory=list, max_length=50, description="events that never arrive, such as tool-calls; * for all"
    )

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _number_is_text(cls, value: Any) -> Any:
        if isinstance(value, int):
            raise ValueError("write the number in quotes, or its + is lost")
        return value


def read_script(path: Path) -> Script:
    """Read a script from a YAML or JSON file; raises BadScript."""
    try:
        return Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        raise BadScript(path, complaints(error)) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadScript(path, str(error)) from error


def complaints(error: ValidationError) -> str:
    """Everything pydantic found, in one line."""
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'script'}: {each['msg']}" for each in error.errors())
