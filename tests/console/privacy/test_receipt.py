from __future__ import annotations

from collections import Counter

from console.privacy.receipt import Receipt


def test_it_tells_what_went_what_stays_and_where_nobody_reached() -> None:
    receipt = Receipt("anna", "scrypt$00$11", 1_000, 2_000, removed=Counter(events=2, runs=0), left={"rules": 1})
    told = receipt.told()
    assert told["removed"] == {"events": 2}
    assert told["left"] == {"rules": 1}
    assert (told["began"], told["ended"]) == ("1970-01-01T00:00:01.000+00:00", "1970-01-01T00:00:02.000+00:00")
    assert any("backups" in place for place in told["not_reached"])
    assert not receipt.is_empty


def test_a_rehearsal_says_that_it_is_one() -> None:
    told = Receipt("anna", "", 0, dry_run=True, removed=Counter(events=2)).told()
    assert told["would_remove"] == {"events": 2}
    assert "removed" not in told
    assert Receipt("anna", "", 0).is_empty
