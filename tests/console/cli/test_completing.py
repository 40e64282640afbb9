from __future__ import annotations

from pathlib import Path

import click
import pytest

from console.cli.completing import connection_names, event_ids, rule_names, what_to_pause
from tests.console.cli.support import stored
from tests.store.builders import an_event

PARAMETER = click.Argument(["name"])


@pytest.fixture
def ctx(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> click.Context:
    (tmp_path / "greeting.yaml").write_text("")
    (tmp_path / "connections.yaml").write_text("connections: {night_desk: {provider: flireo, auth: [{scheme: none}]}}")
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(tmp_path))
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "connections.yaml"))
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", url)
    return click.Context(click.Command("any"))


def test_an_event_comes_with_its_kind(ctx: click.Context, url: str) -> None:
    event = an_event()
    stored(url, event)
    assert [(item.value, item.help) for item in event_ids(ctx, PARAMETER, "")] == [(event.id, event.kind)]


def test_a_folder_that_is_typed_goes_before_the_environment(ctx: click.Context, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "night.yaml").write_text("")
    ctx.params["rules"] = tmp_path / "other"
    assert [item.value for item in rule_names(ctx, PARAMETER, "")] == ["night"]


def test_what_is_no_connections_file_offers_nothing(ctx: click.Context, tmp_path: Path) -> None:
    assert [item.value for item in connection_names(ctx, PARAMETER, "n")] == ["night_desk"]
    (tmp_path / "connections.yaml").write_text("connections: [")
    assert connection_names(ctx, PARAMETER, "") == []
    assert [item.value for item in what_to_pause(ctx, PARAMETER, "a")] == ["all"]
