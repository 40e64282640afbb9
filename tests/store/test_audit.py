from __future__ import annotations

from store.audit import Deed
from store.client import Store


async def test_deeds_are_kept_in_order(store: Store) -> None:
    for number in range(5):
        await store.audit.note(Deed("anna", f"deed {number}", {"count": number}))
    newest = await store.audit.newest(2)
    assert [deed.did for deed in newest] == ["deed 4", "deed 3"]
    assert newest[0].told == {"count": 4}
    assert newest[0].at_ms > 0
    older = await store.audit.newest(9, before=newest[-1].id)
    assert [deed.did for deed in older] == ["deed 2", "deed 1", "deed 0"]
