from __future__ import annotations

from typing import Any

import pytest

from workers.clients.errors import (
    ApiError,
    AuthFailed,
    InDoubtError,
    Invalid,
    NotAllowed,
    NotFound,
    RateLimited,
    Unavailable,
    Unsupported,
)
from workers.clients.notices.report import Report, failure_of

SENT: dict[str, Any] = {"ended": True, "left": True, "service": "Slack"}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"url": "unknown", "ended": True}, Invalid),
        ({"url": "barred", "ended": True}, Unsupported),
        ({}, Unavailable),
        ({"left": True}, InDoubtError),
        ({"ended": True}, Invalid),
        ({"ended": True, "broken": True}, Unavailable),
        ({"ended": True, "broken": True, "refused": "10.0.0.1"}, NotAllowed),
        ({"ended": True, "broken": True, "refused": "a.test", "left": True, "statuses": [302]}, NotAllowed),
        ({**SENT, "broken": True}, InDoubtError),
        ({**SENT}, InDoubtError),
        ({**SENT, "statuses": [403]}, AuthFailed),
        ({**SENT, "statuses": [200, 404]}, NotFound),
        ({**SENT, "statuses": [429]}, RateLimited),
        ({**SENT, "statuses": [503]}, InDoubtError),
        ({**SENT, "statuses": [400]}, Invalid),
        ({**SENT, "statuses": [302]}, Invalid),
        ({**SENT, "statuses": [200]}, Invalid),
        ({**SENT, "statuses": [500], "refused": "::1"}, InDoubtError),
        ({"ended": True, "replies": [535]}, AuthFailed),
        ({"ended": True, "replies": [550]}, Invalid),
        ({"ended": True, "replies": [451]}, Unavailable),
    ],
)
def test_what_a_failed_notification_stands_for(told: dict[str, Any], kind: type[ApiError]) -> None:
    assert type(failure_of(Report(**told))) is kind


def test_what_went_out_is_no_failure() -> None:
    assert failure_of(Report(done=True, ended=True, left=True, refused="::1", statuses=[200])) is None


def test_the_service_is_named() -> None:
    assert str(failure_of(Report(**SENT, statuses=[403]))) == "Slack answered 403"
    assert "the service" in str(failure_of(Report()))
