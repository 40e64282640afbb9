"""What whoever makes trouble does it with: processes killed and started, the store and the far side told something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from redis.exceptions import RedisError

from tests.chaos.installation import Installation
from tests.chaos.plan import RECEIVERS


@dataclass
class Hands:
    """On one installation."""

    around: Installation

    async def configure(self, settings: Mapping[str, str]) -> None:
        """Change settings of the store."""
        for name, value in settings.items():
            await self.tell("CONFIG", "SET", name, value)

    async def tell(self, *command: str) -> None:
        """Give the store a command."""
        redis = self.around.store.redis
        await insist(lambda: redis.execute_command(*command))  # type: ignore[no-untyped-call]

    async def clear_faults(self) -> None:
        """The far side behaves again."""
        await insist(lambda: self.ask_far_side("DELETE"))

    async def ask_far_side(self, method: str, order: Mapping[str, object] | None = None) -> None:
        """Order faults of the far side, or take them back."""
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.request(method, f"http://127.0.0.1:{self.around.far_port}/sandbox/faults", json=order)

    def write_rule(self, name: str, text: str) -> None:
        """As editors save: whoever reads sees the old file or the new one."""
        fresh = self.around.rules / f"{name}.new"
        fresh.write_text(text.lstrip())
        fresh.replace(self.around.rules / f"{name}.yaml")

    @asynccontextmanager
    async def killed(self, *names: str) -> AsyncIterator[None]:
        """They are dead within, and start again at the end."""
        with self.around.outage(*names):
            for name in names:
                self.around.kill(name)
            await asyncio.gather(*map(self.around.gone, names))
            yield
            await asyncio.gather(*map(self.again, names))

    async def again(self, name: str) -> None:
        """Start it once more; a receiver is waited for."""
        self.around.launch(name)
        if name in RECEIVERS:
            await self.around.until_ready(name)


async def insist(work: Callable[[], Awaitable[object]]) -> None:
    """A person tries again when somebody is away or too busy to listen."""
    while True:
        try:
            await work()
        except (RedisError, OSError, httpx.TransportError):
            await asyncio.sleep(0.2)
        else:
            return
