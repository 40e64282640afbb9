"""Open files: may a receiver that is started from here hold as many requests as it is set to?"""

from __future__ import annotations

from collections.abc import Iterator

from console.checkup.finding import Finding
from console.process.openfiles import needed, too_few
from receiver.settings import ReceiverSettings


def open_file_findings(settings: ReceiverSettings) -> Iterator[Finding]:
    """What is too little; nothing while it is enough, since processes raise their own soft limit."""
    hard = too_few(settings.max_requests)
    if hard is not None:
        wanted = f"HOOKSWITCH_MAX_REQUESTS={settings.max_requests} asks for {needed(settings.max_requests):,}"
        advice = "raise the hard limit (LimitNOFILE= of systemd, ulimits of a container), or lower the setting"
        yield Finding("warning", "open files", f"at most {hard:,}, and {wanted}", advice)
