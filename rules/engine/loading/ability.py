"""What to tell people whose platform cannot do an action: why, and which platforms can."""

from __future__ import annotations

from collections.abc import Collection

from rules.engine.vocabulary import ActionWords


def instead(action: ActionWords, provider: str, generations: Collection[str]) -> str:
    """The rest of a sentence that ends in "cannot do this": the reason, where one is known, and who can."""
    told = action.reasons.get(provider, {})
    whys = dict.fromkeys(told[name] for name in sorted(generations) if name in told)
    reason = f": {' and '.join(whys)}" if whys else ""
    able = _able(action, provider, generations)
    return f"{reason}; {able} can" if able else reason


def _able(action: ActionWords, provider: str, unable: Collection[str]) -> str:
    shown = []
    for name, generations in sorted((action.providers or {}).items()):
        left = sorted(generations - set(unable)) if name == provider else sorted(generations)
        if left:
            named = ", ".join(each for each in left if each)
            shown.append(f"{name} ({named})" if named else name)
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
