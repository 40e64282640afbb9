from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from redis.exceptions import ConnectionError as RedisConnectionError

from console.cli.errors import HumaneGroup
from rules.engine.loading.load import NoFolder
from store.connections import ConnectionsError
from store.embedded import EmbeddedError
from store.settings import StoreSettings


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionsError(Path("c.yaml"), ["one", "two"]), "Error: c.yaml:\n  one\n  two\n"),
        (EmbeddedError("it is held"), "Error: it is held\n"),
        (
            NoFolder(Path("r")),
            "Error: r is not a folder that can be read; name the rules folder with HOOKSWITCH_RULES_DIR\n",
        ),
        (RedisConnectionError("away"), "Error: the store cannot be reached: away; look with `hookswitch doctor`\n"),
    ],
)
def test_expected_trouble_is_a_sentence_and_exit_2(error: Exception, told: str) -> None:
    @click.group(cls=HumaneGroup)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        raise error

    done = CliRunner().invoke(group, ["fail"])
    assert (done.exit_code, done.stderr, done.stdout) == (2, told, "")


def test_a_bad_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.group(cls=HumaneGroup)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        StoreSettings()

    monkeypatch.setenv("HOOKSWITCH_DURABILITY", "secret-by-mistake")
    done = CliRunner().invoke(group, ["fail"])
    assert done.exit_code == 2
    assert "HOOKSWITCH_DURABILITY: Input should be 'memory'" in done.stderr
    assert "secret-by-mistake" not in done.stderr


def test_a_bug_stays_a_bug() -> None:
    @click.group(cls=HumaneGroup)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        raise KeyError("x")

    assert isinstance(CliRunner().invoke(group, ["fail"]).exception, KeyError)
