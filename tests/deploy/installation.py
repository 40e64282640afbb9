"""The metrics of a whole installation, a receiver, a worker and a console, as its processes really export them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from console.web.metrics import ConsoleMetrics
from receiver.delivery import Delivery
from receiver.metrics import PRESSURES, ReceiverMetrics
from receiver.providers import PROVIDERS
from receiver.raw import RawDelivery
from store.client import Store
from store.connections import AuthEntry, Connection
from store.event import Event
from store.gauges import StoreGauges
from store.metrics import Measure, Sheet
from tests.deploy.promql import Labels, Scrapes, Vector
from tests.store.builders import an_event
from workers.metrics import WorkerMetrics

LANES = ("live", "background", "bulk")


@dataclass
class Installation:
    """Nothing is wrong in it until a test says so."""

    store: Store
    receiver: ReceiverMetrics = field(init=False)
    worker: WorkerMetrics = field(init=False)
    console: ConsoleMetrics = field(default_factory=ConsoleMetrics)
    gauges: StoreGauges = field(init=False)
    gone: set[str] = field(default_factory=set)
    """Processes that cannot be scraped."""

    def __post_init__(self) -> None:
        self.gauges = StoreGauges(self.store)
        self.desk = Connection(
            name="desk", provider="flireo",
            auth=[AuthEntry(scheme="path_token", secret="t", not_after=datetime.fromtimestamp(time.time() + 1e7, UTC))],
        )  # fmt: skip
        self.receiver = ReceiverMetrics({"desk": self.desk}, self.gauges)
        self.worker = WorkerMetrics(self.gauges)
        self._be_well()

    def _be_well(self) -> None:
        told, shown, seen = self.receiver, self.worker, self.gauges
        for reason in PRESSURES:
            told.turned_away.begin(reason)
        for level in (told.spooled_now, told.unreadable, told.spool_bytes, seen.dead, seen.paused, seen.clock):
            level.set(0)
        told.spool_limit.set(256e6)
        told.on.set(1, "desk")
        told.until.set(time.time() + 1e7, "desk")
        told.less.set(0, "error")
        told.less.set(1, "warning")
        seen.up.set(1)
        seen.workers.set(2)
        seen.memory.set(1e8)
        seen.room.set(1e9)
        for lane in LANES:
            seen.oldest.set(0, lane)
        shown.begin([self.desk])
        shown.dead.begin("greet")
        shown.followed.set(1)

    def answer(self, by: str, count: int = 1) -> None:
        """Callers hear something."""
        self.receiver.answers.add("desk", "tool-calls", by, by=count)

    def lose(self, event: Event | None = None) -> None:
        """An event can be stored nowhere."""
        delivery = Delivery(self.desk, PROVIDERS["flireo"], RawDelivery(b"{}", connection="desk"), 0.0)
        self.receiver.lost(delivery, [event or an_event()])

    def fill_spool(self, share: float, events: int) -> None:
        """So much of the spool is taken."""
        self.receiver.spooled_now.set(events)
        self.receiver.spool_bytes.set(share * 256e6)

    @property
    def measures(self) -> list[Measure]:
        """Every metric of every process."""
        sheets = (*self.receiver.sheets, *self.worker.sheets, *self.console.sheets)
        return [each for sheet in sheets for each in sheet.measures]

    def scrape(self) -> dict[str, Vector]:
        """What Prometheus has of all processes now."""
        found: dict[str, Vector] = {}
        told = {"receiver": self.receiver.sheets, "worker": self.worker.sheets, "console": self.console.sheets}
        for instance, sheets in told.items():
            if instance not in self.gone:
                for sheet in sheets:
                    _read(sheet, instance, found)
        return found

    def scrapes(self, before: dict[str, Vector]) -> Scrapes:
        """From then until now."""
        return Scrapes(before, self.scrape(), time.time())


def _read(sheet: Sheet, instance: str, found: dict[str, Vector]) -> None:
    for family in text_string_to_metric_families(generate_latest(sheet).decode()):
        for sample in family.samples:
            labels: Labels = frozenset({**sample.labels, "instance": instance}.items())
            found.setdefault(sample.name, {})[labels] = sample.value
