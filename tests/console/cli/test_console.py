from __future__ import annotations

import pytest

from console.cli.console import refuse_to_stand_open
from console.cli.errors import CannotRun
from console.web.settings import ConsoleSettings


def test_it_does_not_stand_open_on_the_network() -> None:
    with pytest.raises(CannotRun, match="HOOKSWITCH_CONSOLE_PASSWORD"):
        refuse_to_stand_open(ConsoleSettings(console_host="0.0.0.0"))


@pytest.mark.parametrize(
    "settings",
    [
        ConsoleSettings(),
        ConsoleSettings(console_host="0.0.0.0", console_password="x"),
        ConsoleSettings(console_host="0.0.0.0", console_proxy_header="X-User"),
    ],
)
def test_it_runs_where_that_is_safe(settings: ConsoleSettings) -> None:
    refuse_to_stand_open(settings)
