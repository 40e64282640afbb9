from __future__ import annotations

from pathlib import Path

import pytest

from console.cli.storage import store_url, with_store
from store.embedded import EmbeddedError
from store.settings import StoreSettings


def test_a_configured_store_stands_first(tmp_path: Path) -> None:
    assert store_url(StoreSettings(redis_url="redis://x", data_dir=tmp_path)) == "redis://x"


def test_without_one_it_must_run_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="no store runs in"):
        store_url(StoreSettings(redis_url="", data_dir=tmp_path))


def test_work_is_done_on_the_store(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", url)
    assert with_store(tmp_path, lambda store: store.events.count()) == 0
