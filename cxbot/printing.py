"""Makes the QR codes of `bot.py qr`: asks the channel where a scan leads, and writes the posters."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from cxbot import posters, wording
from cxbot.app import machine_clock, surroundings_of
from cxbot.check import read_surveys
from cxbot.discovery import channel_limits, channel_specs
from cxbot.settings import Config
from cxbot.store import open_store

SCENE = re.compile(r"[0-9A-Za-z_.:-]{1,64}")


class CannotPrint(Exception):
    """A mistake of whoever asks, or of the settings; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be printed, and into which folder."""

    touchpoint: str
    channel: str
    label: str
    language: str
    out: Path


@dataclass(frozen=True, slots=True)
class Made:
    """The files, and what is allowed and yet hardly meant."""

    files: tuple[Path, ...]
    worth_a_look: tuple[str, ...]


async def make(config: Config, wanted: Wanted) -> Made:
    """Writes `<touchpoint>.png` and `<touchpoint>.svg`. Raises CannotPrint."""
    if not SCENE.fullmatch(wanted.touchpoint):
        raise CannotPrint("--touchpoint: write 1 to 64 letters, digits, and _ - . : , such as store-12")
    channel = _channel(config, wanted.channel)
    scan = channel_specs()[channel].scan
    assert scan is not None
    clock = machine_clock()
    store = await open_store(config.store_url())
    try:
        around = surroundings_of(config, channel, store, clock, secret="", public_url=config.server.public_url)
        address = await scan(config.channels[channel], around, wanted.touchpoint)
    except Exception as error:
        raise CannotPrint(f"{channel} gives no code: {error}. `bot.py check --online` says what is missing") from error
    finally:
        await store.close()
    language = wanted.language or config.company.language
    company = config.company.name.get(language) or next(iter(config.company.name.values()))  # type: ignore[call-overload]
    texts = (str(company), wording.text("poster.scan", language), wanted.label)
    files = await asyncio.to_thread(_write, wanted, address, texts)
    return Made(files, tuple(_worth_a_look(config, wanted, texts)))


def _channel(config: Config, wanted: str) -> str:
    able = [name for name in config.channels if channel_specs()[name].scan is not None]
    if wanted and wanted not in able:
        raise CannotPrint(
            f'--channel: "{wanted}" makes no codes; there are: {", ".join(able) or "none in the settings"}'
        )
    if not able:
        raise CannotPrint("no channel in the settings makes codes; add [channels.wechat], see docs/wechat.md")
    if not wanted and len(able) > 1:
        raise CannotPrint(f"--channel: which one? There are: {', '.join(able)}")
    return wanted or able[0]


def _write(wanted: Wanted, address: str, texts: tuple[str, str, str]) -> tuple[Path, ...]:
    name = re.sub(r"[^0-9A-Za-z_.-]", "-", wanted.touchpoint)
    files = (wanted.out / f"{name}.png", wanted.out / f"{name}.svg")
    try:
        wanted.out.mkdir(parents=True, exist_ok=True)
        files[0].write_bytes(posters.png(address, *texts))
        files[1].write_bytes(posters.svg(address, *texts))
    except OSError as error:
        raise CannotPrint(f"--out: {wanted.out} cannot be written to ({error.strerror or error})") from error
    return files


def _worth_a_look(config: Config, wanted: Wanted, texts: tuple[str, str, str]) -> list[str]:
    found = []
    surveys, _ = read_surveys(config.path(config.seed.surveys), channel_limits(config.channels))
    asked = {touchpoint for file in surveys for touchpoint in file.survey.trigger.touchpoints}
    if wanted.touchpoint not in asked and wanted.touchpoint.partition("-")[0] not in asked:
        found.append(f'no survey asks about "{wanted.touchpoint}"; there are: {", ".join(sorted(asked))}')
    if not all(posters.can_write(text) for text in texts):
        found.append("this machine has no font with Chinese for the PNG; the SVG has all of the text")
    return found
