"""What performing a step needs to know of it: a rule's own step, or one that a late answer becomes."""

from __future__ import annotations

from typing import Protocol

from workers.attempts import RetryRule


class StepLike(Protocol):
    """A step as far as its performance is concerned."""

    @property
    def key(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def connection(self) -> str: ...

    @property
    def timeout(self) -> float | None: ...

    @property
    def retry(self) -> RetryRule: ...
