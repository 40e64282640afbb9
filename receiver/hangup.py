"""Noticing that a platform has stopped waiting. Nothing is cancelled by it; but what it did not hear was not said."""

from __future__ import annotations

from receiver.incoming import Receive


def keep_listening(receive: Receive) -> None:
    """A server stops reading behind a large body until it is asked for more, and would not notice who hangs up."""
    has_hung_up(receive)


def has_hung_up(receive: Receive) -> bool:
    """Whether the sender is gone, as far as the server knows. Ask before replying: afterwards every request looks gone.

    The server says what there is to say at once, and then waits for more; that is not waited for.
    """
    while True:
        asked = receive().__await__()
        try:
            next(asked)
        except StopIteration as told:
            if told.value["type"] == "http.disconnect":
                return True
        else:
            asked.close()
            return False
