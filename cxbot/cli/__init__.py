"""The commands of `python bot.py`: each reads what it is given, calls the program, and says plainly what went wrong."""

from __future__ import annotations

import sys

import click

from cxbot.cli import access, files, running

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def main() -> None:
    """Asks customers how it was, hears what they say, alerts the team that can help, and closes the loop.

    New here? `python bot.py demo` needs no account and no settings.
    """
    for stream in (sys.stdout, sys.stderr):
        if callable(reconfigure := getattr(stream, "reconfigure", None)):
            reconfigure(errors="replace")  # a terminal without Chinese must not stop anything


for _command in (
    running.run, running.demo, running.check_command, running.migrate,
    files.import_group, files.export, access.pair, access.owner_code, files.export_person, files.qr, files.rota,
    access.token,
):  # fmt: skip
    main.add_command(_command)
