from __future__ import annotations

from store import keys


def test_no_key_is_the_start_of_another_by_accident() -> None:
    names = keys.names()
    prefixes = {value for value in names.values() if value.endswith(":")}
    whole = {value for name, value in names.items() if not value.endswith(":")}
    assert len(set(names.values())) == len(names)
    assert not any(key.startswith(prefix) for key in whole for prefix in prefixes)
