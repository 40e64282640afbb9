from __future__ import annotations

import json

import pytest

from console.reference.schemas import SCHEMAS, schema_text


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_document_that_says_what_it_is_about(name: str) -> None:
    document = json.loads(schema_text(name))
    assert document["$schema"].startswith("http://json-schema.org/draft-07/")
    assert document["title"]
    assert schema_text(name).endswith(b"}\n")
