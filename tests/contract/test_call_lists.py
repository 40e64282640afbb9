"""Every provider's calls can be looked up, or it is said why not; and each list says how its platform behaves."""

from __future__ import annotations

import pytest

from receiver.providers import PROVIDERS
from store.calls import THREADS
from store.event import KINDS
from workers.actions.ports.table import PORTS
from workers.clients.errors import Unsupported
from workers.reconcile.lists import CALL_LISTS, WITHOUT, completing, list_of
from workers.reconcile.record import REPORT

EVERY = [(provider, generation) for provider in PROVIDERS for generation in PORTS.get(provider, {"": None})]


@pytest.mark.parametrize(("provider", "generation"), EVERY)
def test_each_platform_has_a_list_or_a_reason(provider: str, generation: str) -> None:
    if generation in CALL_LISTS.get(provider, {}):
        assert list_of(provider, generation)
        assert generation not in WITHOUT.get(provider, {})
    else:
        with pytest.raises(Unsupported) as refused:
            list_of(provider, generation)
        assert refused.value.message == WITHOUT[provider][generation]


@pytest.mark.parametrize("provider", CALL_LISTS)
def test_what_a_platform_sends_after_a_call(provider: str) -> None:
    sent = frozenset(PROVIDERS[provider].kinds.values())
    for kind in CALL_LISTS[provider].values():
        assert kind.expects <= sent
        assert kind.completes <= sent & KINDS.keys()
        assert bool(kind.completes) != (REPORT in sent), "either the platform reports, or its calls are completed"
        assert kind.grows == (provider in THREADS)
    assert completing(provider) == frozenset(each for kind in CALL_LISTS[provider].values() for each in kind.completes)


def test_a_platform_nobody_knows() -> None:
    assert completing("nobody") == frozenset()
    with pytest.raises(Unsupported, match="nobody has no API client"):
        list_of("nobody", "")
