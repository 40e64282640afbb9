"""Every key the store uses, named once; the Lua scripts get the same names as the table `K`.

arq's own keys keep arq's names, so that an arq client with our serializer can enqueue and look at jobs.
"""

from __future__ import annotations

from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix

EVENT = "hs:event:"
"""Hash: the normalised event, its body and headers, its status."""
EVENTS = "hs:events"
"""Sorted set: event ids by the time they were received (ms)."""
OPEN = "hs:open"
"""Sorted set: ids of unfinished work, events and parked runs; the truth about what is left to do."""
UNSENT = "hs:unsent"
"""Sorted set: waiting events by the time (ms) from which an answer that was not sent counts as late."""
DEDUP = "hs:dedup:"
ALIAS = "hs:alias:"
"""The id of the first delivery, by that of a repetition which was acknowledged before anybody could know it for one."""
RUN = "hs:run:"
"""Hash: one rule's run and its step journal."""
TRACE = "hs:trace:"
"""Hash: what each rule decided about an event, and the stages it went through."""
ANSWERS = "hs:answers:"
"""Hash: one cell a tool call, or one for the whole event."""
DEAD = "hs:dead"
"""Sorted set: ids of dead letters by the time they died (ms)."""
DEAD_LETTER = "hs:dead:"
MEMORY = "hs:memory:"
MEMORY_DONE = "hs:memory-done:"
"""What an operation on memory gave, so that a repeated step counts once."""
RATE = "hs:rate:"
SPENT = "hs:spent:"
"""Sorted set: what a connection has done that costs money, by its last try (ms)."""
TOKEN = "hs:token"  # noqa: S105
"""Counter behind the fencing tokens of claims."""
LAST_GOOD = "hs:last-good"
"""Hash: the last good version of each rule, by its name."""
HOLD = "hs:hold:"
"""Who holds a place of a limit, a once or a concurrency."""
VERSION = "hs:version:"
"""A version of a rule with all it needs, by its hash."""
VERSION_USES = "hs:version-uses"
"""Hash: how many runs began with each version."""
UNUSED_VERSIONS = "hs:unused-versions"
"""Sorted set: versions that no run needs, by the time (ms) since when."""
SCHEDULE = "hs:schedule:"
"""Hash: how far a rule's schedule has come, and what it fired and skipped."""
SCHEDULES = "hs:schedules"
"""Set: the names of rules that have a schedule."""
LOCK = "hs:lock:"
PAUSES = "hs:pauses"
"""Hash: what is paused (`all`, `rule:NAME`, `connection:NAME`), with who paused it and why."""
PAUSED_RUNS = "hs:paused-runs"
"""Sorted set: the jobs of runs that a pause has stopped, by the time (ms) they were."""
WORKERS = "hs:workers"
"""Sorted set: workers by the time (ms) of their last sign of life."""
ROSTER = "hs:roster"
"""Set: workers that have said which rules they have in force."""
NOTE = "hs:note:"
"""What one worker says: its rules, and the files it refuses."""
REFUSED = "hs:refused"
"""Hash: how many events were asked to come later because too much was left to do, and when the last one was."""

SESSION = "hs:session:"
"""A login to the console, by the hash of its token."""
STRIKES = "hs:strikes:"
"""Counter: failed logins from one address."""
AUDIT = "hs:audit"
"""Stream: what people did."""

QUEUE = "hs:queue:"
"""Sorted set a lane: job ids by the time (ms) they are due, or their lease runs out."""
JOB = job_key_prefix
IN_PROGRESS = in_progress_key_prefix
RETRY = retry_key_prefix

WAKE = "hs:wake"
"""Channel: a lane has work."""
ANSWERED = "hs:answered"
"""Channel: an event has an answer to look at."""
FEED = "hs:feed"
"""Channel: one line of JSON for each event that is done, for people who watch."""

RUN_JOB_PREFIX = "run:"
LATE_JOB_PREFIX = "late:"


def names() -> dict[str, str]:
    """The key names by their constant, in lower case: what the scripts know as `K`."""
    return {name.lower(): value for name, value in globals().items() if name.isupper() and isinstance(value, str)}
