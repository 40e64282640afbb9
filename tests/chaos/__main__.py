"""`python -m tests.chaos --seed 7 --minutes 60 --rate 50`: a bad day by hand. The folder is kept when it failed."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.day import Day, play
from tests.chaos.plan import fault_plan


@click.command()
@click.option("--seed", type=int, help="The same seed plans the same day; a new one when left out.")
@click.option("--minutes", type=click.FloatRange(0.05), default=5.0, show_default=True)
@click.option("--rate", type=click.FloatRange(0.1), default=30.0, show_default=True, help="Deliveries a second.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would go wrong, and play nothing.")
def main(seed: int | None, minutes: float, rate: float, only_plan: bool) -> None:
    """Play a bad day and account for every event of it."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    click.echo(f"seed {seed}: make chaos SEED={seed} MINUTES={minutes:g} RATE={rate:g}")
    if only_plan:
        click.echo("\n".join(map(str, fault_plan(seed, minutes * 60))))
        return
    folder = Path(tempfile.mkdtemp(prefix=f"hookswitch-chaos-{seed}-"))
    outcome = asyncio.run(play(Day(seed, minutes * 60, rate, folder, click.echo)))
    click.echo("\n".join(outcome.log))
    click.echo(outcome.text)
    if outcome.failures:
        click.echo(f"logs, data and the whole report are kept in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
