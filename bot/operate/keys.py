"""`colophon keys`: the log's public key, and handing the log over to a new one."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The log's signing key.")

Config = Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")]


@app.command()
def show(config: Config = None) -> None:
    """Print the log's public key, for whoever verifies."""
    typer.echo(asyncio.run(_vkey(config)))


@app.command()
def rotate(config: Config = None) -> None:
    """Hand the log over to a new key (while the bot is stopped); the old one signs the hand-over."""
    typer.echo(asyncio.run(_rotated(config)))


async def _vkey(config: Path | None) -> str:
    from bot.records import open_store_for_operator, storage_config
    from bot.settings import load_settings

    store = await open_store_for_operator(storage_config(load_settings(config)), init=False)
    try:
        return store.ledger.vkey
    finally:
        await store.close()


async def _rotated(config: Path | None) -> str:
    from bot.records import open_store_for_operator, storage_config
    from bot.settings import load_settings
    from storage.evidence.rotation import rotate as rotate_key

    store = await open_store_for_operator(storage_config(load_settings(config)), init=False)
    try:
        since = await rotate_key(store.ledger, store.config.keys_dir)
        return (
            f"From event {since} on the log is signed by {store.ledger.vkey}.\n"
            "Bundles show the hand-over, so whoever trusts the former key goes on trusting the log. "
            "Make a backup of the keys folder now, and publish the new key where you published the old one."
        )
    finally:
        await store.close()
