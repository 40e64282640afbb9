"""Every documented answer that is kept as a sample is read by somebody, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.workers.clients.flireo.test_models import SAMPLES as FLIREO
from tests.workers.clients.flireo.test_models import SCHEMAS as FLIREO_SCHEMAS
from tests.workers.clients.fluents.test_models import SAMPLES as FLUENTS
from tests.workers.clients.support import SAMPLES as FOLDER
from tests.workers.clients.support import round_trip, sample
from workers.clients.base import Lenient
from workers.clients.opencx.models import PhoneAgent

REQUESTS = {"flireo_assistant_phone_number_schema_link_request"}
"""What is sent and not read; the client's own test sends it."""
OPENCX = {"opencx_phone_list": PhoneAgent, "opencx_phone_list_sparse": PhoneAgent}
READERS: Mapping[str, type[Lenient]] = {**FLIREO, **FLUENTS, **OPENCX}


def test_every_sample_has_its_reader() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*READERS, *FLIREO_SCHEMAS, *REQUESTS}


@pytest.mark.parametrize("name", READERS)
def test_nothing_of_it_is_lost(name: str) -> None:
    body = sample(name)
    for each in body if isinstance(body, list) else [body]:
        assert round_trip(READERS[name], each) == each
