"""The commands that let somebody in: colleagues by one-time code, other systems by token."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxbot.cli.invocation import CONFIG, DEMO, complete, opened, refuse, settings_of

if TYPE_CHECKING:
    from cxbot.ports import Row


@click.command()
@CONFIG
@click.option("--team", "team_id", default="", help="The team in which a role holds; everywhere where none is named.")
@click.argument("who", metavar="ROLE|PERSON")
def pair(config_path: Path | None, team_id: str, who: str) -> None:
    """Make a one-time code with which a colleague is known on a channel that cannot tell who writes.

    For somebody with a role already, name them; for somebody new, name the role: owner, admin, lead, member, viewer.
    """
    config = settings_of(config_path)
    from cxbot.transactions import pairing  # noqa: PLC0415 -- see run
    from handlers.pairing import make  # noqa: PLC0415 -- see run

    code = pairing.new_code()

    async def keep() -> Row | str:
        async with opened(config) as (store, clock):
            return await store.run(make, code, who, team_id, clock.now())

    made = complete(keep(), config)
    if isinstance(made, str):
        refuse([made])
    minutes = pairing.VALID_MS // 60_000
    click.echo(
        f"For {made['name']}, once and within {minutes} minutes. They write to the bot in private:\n\npair {code}\n"
    )


@click.command("owner-code")
@CONFIG
def owner_code(config_path: Path | None) -> None:
    """Make a one-time code for the first owner, where there is none yet: whoever sends it to the bot is the owner."""
    config = settings_of(config_path)
    from cxbot.transactions import pairing  # noqa: PLC0415 -- see run
    from handlers.pairing import make_first_owner  # noqa: PLC0415 -- see run

    code = pairing.new_code()

    async def keep() -> Row | str:
        async with opened(config) as (store, clock):
            return await store.run(make_first_owner, code, clock.now())

    made = complete(keep(), config)
    if isinstance(made, str):
        refuse([made])
    click.echo(owner_code_said(code))


@click.group()
def token() -> None:
    """Make and revoke the tokens with which other systems call the API."""


@token.command("new")
@CONFIG
@DEMO
@click.argument("name")
def new_token(config_path: Path | None, of_demo: bool, name: str) -> None:
    """Make a token and show it once; only its hash is kept. NAME is the system that will use it."""
    config = settings_of(config_path, of_demo=of_demo)
    from cxbot.api import auth  # noqa: PLC0415 -- see run
    from cxbot.transactions import tokens  # noqa: PLC0415 -- see run

    if not auth.is_name(name):
        refuse([f'"{name}" is no name for a token: write up to 64 letters, digits, dots and dashes, such as crm'])
    secret, kept = auth.new_token()

    async def make() -> str:
        async with opened(config) as (store, clock):
            return await store.run(tokens.create, name, kept, clock.now())

    if not complete(make(), config):
        refuse([f'there is or was a token named "{name}"; choose another name, such as {name}-2'])
    click.echo(f"Keep it safe, it is shown only now:\n\n{secret}\n\nUse it as: Authorization: Bearer {secret[:8]}…")


@token.command("list")
@CONFIG
@DEMO
def list_tokens(config_path: Path | None, of_demo: bool) -> None:
    """List the tokens by name, active and revoked. The tokens themselves are not kept."""
    config = settings_of(config_path, of_demo=of_demo)
    from cxbot.transactions import tokens  # noqa: PLC0415 -- see run

    async def read() -> list[dict[str, Any]]:
        async with opened(config) as (store, _):
            return await store.read(tokens.all_tokens)

    for row in complete(read(), config):
        state = f"revoked {_day(row['revoked_at'])}" if row["revoked_at"] else "active"
        click.echo(f"{row['name']}\tmade {_day(row['created_at'])}\t{state}")


@token.command("revoke")
@CONFIG
@DEMO
@click.argument("name")
def revoke_token(config_path: Path | None, of_demo: bool, name: str) -> None:
    """Make a token useless, within a second, wherever it is."""
    config = settings_of(config_path, of_demo=of_demo)
    from cxbot.transactions import tokens  # noqa: PLC0415 -- see run

    async def revoke() -> bool:
        async with opened(config) as (store, clock):
            return await store.run(tokens.revoke, name, clock.now())

    if not complete(revoke(), config):
        refuse([f'there is no active token named "{name}"; `token list` shows what there is'])
    click.echo(f"{name} is revoked.")


def owner_code_said(code: str) -> str:
    """What is said of the code for the first owner."""
    return (
        f"Whoever writes this to the bot in private, once and within 15 minutes, becomes the owner:\n\npair {code}\n\n"
        "`bot.py owner-code` makes another."
    )


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
