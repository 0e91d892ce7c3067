"""`pazar matcher`."""

import os
import signal

import click

from pazar.ground.console import Trouble, centre_command


@click.command()
@click.option("--shard", default="1/1", show_default=True, help="Which part of the companies: K/N, from 1/N to N/N.")
@centre_command
def matcher(shard: str) -> None:
    """Match what is published with the interests kept in memory (a process of its own)."""
    from pazar.market.matching import matcher as process

    number, _, of = shard.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise Trouble(f"“{shard}” is no part of the companies.\nSay it as 1/1, or 1/3, 2/3 and 3/3 for three matchers.")
    stopped: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: stopped.append(number))
    parent = int(os.environ.get("PAZAR_PARENT") or 0)

    def stop() -> bool:
        # `pazar up` that was killed can't end its children: they look whether it still is their parent.
        return bool(stopped) or (parent != 0 and os.getppid() != parent)

    process.run(shard=int(number), shards=int(of), stop=stop)
