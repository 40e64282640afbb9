"""What a comparison with a platform's own list of calls found on one connection, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_a_finding(record: Mapping[str, Any]) -> bool:
    """Whether something is missing after all, or may be."""
    return bool(record["still_missing"] or record["why"] or not record["complete"])


def sentences(record: Mapping[str, Any], *, dry_run: bool = False) -> list[str]:
    """What a table does not say."""
    if record["why"]:
        return [f"could not be asked: {record['why']}"]
    told = [f"{kind} was not received of {count} call(s)" for kind, count in record["not_received"].items()]
    if not record["complete"]:
        told.append("its list of calls was longer than is read; choose a shorter --since")
    if record["came_twice"]:
        told.append(f"the report of {record['came_twice']} call(s) came after it had been recovered, and counts twice")
    if record["still_missing"] and not dry_run:
        whys = dict.fromkeys(each["why"] for each in record["calls"] if each.get("why"))
        told.append(f"{record['still_missing']} could not be recovered: {'; '.join(whys)}")
    return told
