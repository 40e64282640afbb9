"""The CEL library, imported in one place because it carries no type information."""

from __future__ import annotations

from cel_expr_python import cel  # type: ignore[import-untyped]
from cel_expr_python.ext import ext_optional, ext_strings  # type: ignore[import-untyped]

EXTENSIONS = (ext_optional.ExtOptional(), ext_strings.ExtStrings())

TYPES = {
    "string": cel.Type.STRING,
    "number": cel.Type.DYN,
    "whole": cel.Type.DYN,
    "bool": cel.Type.BOOL,
    "timestamp": cel.Type.TIMESTAMP,
    "map": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "list": cel.Type.List(cel.Type.DYN),
    "dyn": cel.Type.DYN,
}
"""Type words as CEL types. Numbers are dynamic because JSON does not tell 3 from 3.0; `whole` ones
so that they compare with any other."""

__all__ = ["EXTENSIONS", "TYPES", "cel"]
