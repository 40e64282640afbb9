"""What the workers say of a rule: whether one of them has it in force, and why not."""

from __future__ import annotations

from collections.abc import Mapping

from store.roster import Note


def held_out(rule: str, notes: Mapping[str, Note]) -> str:
    """Why no worker has the rule in force; "" when one has, or when no worker has said anything."""
    if not notes or any(rule in note.rules for note in notes.values()):
        return ""
    return refusal(rule, notes) or "no worker finds it in its rules folder (HOOKSWITCH_RULES_DIR)"


def refusal(rule: str, notes: Mapping[str, Note]) -> str:
    """Why a worker refuses the file as it is now, as `check` says it; "" when none does."""
    return next((note.refused[rule] for note in notes.values() if rule in note.refused), "")
