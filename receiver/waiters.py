"""Who waits for which event; woken by one subscription for the whole process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import aclosing

from redis.asyncio import Redis

from store import keys
from store.published import Message, published
from store.tasks import end

logger = logging.getLogger(__name__)

PAUSE = 0.25
"""Seconds between losing the subscription and taking it up again."""


class Word(asyncio.Event):
    """Set whenever there may be something new about an event. A word may bring the answer, taken for whoever waits."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, bytes] = {}
        """Cell → what is said in it."""


class Waiting:
    """To be entered while somebody waits for an event."""

    __slots__ = ("_event_id", "_word", "_words")

    def __init__(self, words: dict[str, set[Word]], event_id: str, word: Word) -> None:
        self._words, self._event_id, self._word = words, event_id, word

    def __enter__(self) -> Word:
        self._words.setdefault(self._event_id, set()).add(self._word)
        return self._word

    def __exit__(self, *_: object) -> None:
        others = self._words[self._event_id]
        others.discard(self._word)
        if not others:
            del self._words[self._event_id]


class Waiters:
    """A subscription that breaks, or falls silent, is taken up again; then everybody looks at the store once more.

    What was published in between is gone, which is why they look.
    """

    def __init__(self, redis: Redis, *, silence: float = 1.0) -> None:
        """After `silence` seconds without a word the store is asked for one, and has as long again to say it."""
        self._redis = redis
        self._silence = silence
        self._words: dict[str, set[Word]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """Stop listening; those who wait go on until their deadline."""
        await end(self._task)

    def waiting(self, event_id: str, woken: Word | None = None) -> Waiting:
        """Gives a word, `woken` if given, about `event_id`."""
        return Waiting(self._words, event_id, woken or Word())

    def __len__(self) -> int:
        """How many events somebody waits for."""
        return len(self._words)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with aclosing(published(self._redis, keys.ANSWERED, silence=self._silence)) as chunks:
                    async for messages in chunks:
                        self._hear(messages)
            except Exception as error:  # noqa: BLE001  whatever it was, everybody who waits depends on this loop
                logger.warning("answer subscription lost, taking it up again", extra={"error": repr(error)})
                await asyncio.sleep(PAUSE)

    def _hear(self, messages: Iterable[Message]) -> None:
        for type_, *_, data in messages:
            if type_ == b"message":
                self._wake(data)
            elif type_ == b"subscribe":
                self._wake_all()

    def _wake(self, message: bytes) -> None:
        """An event's id; where its answer is known and taken, the cell and the answer after it, a line each."""
        event_id, _, told = message.partition(b"\n")
        cell, line, answer = told.rpartition(b"\n")
        for woken in self._words.get(event_id.decode(errors="replace"), ()):
            if line:
                woken.answers[cell.decode()] = answer
            woken.set()

    def _wake_all(self) -> None:
        for words in self._words.values():
            for woken in words:
                woken.set()
