from __future__ import annotations

import pytest

from console.sandbox.platforms.opencx.common import OpenCXError, checked, invalid
from console.sandbox.settings import Options


def test_errors_are_written_whole_or_empty() -> None:
    error = OpenCXError(404, "not_found", "Contact not found")
    assert error.body(Options()) == {"statusCode": 404, "message": "Contact not found", "error": "Not Found"}
    assert error.body(Options(opencx_errors="bare")) == {}


def test_fields_are_those_that_are_known() -> None:
    assert checked({"name": "x"}, {"name": str}) == {"name": "x"}
    for body in ({"other": 1}, {"name": 3}):
        with pytest.raises(OpenCXError) as caught:
            checked(body, {"name": str})
        assert caught.value.status == invalid("").status
