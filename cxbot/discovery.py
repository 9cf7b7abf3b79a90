"""What is there because a file is there: channels, by the `CHANNEL` of their module, one or a tuple of several."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module

import cxbot.channels
from cxbot.ports import ChannelSpec, Limits


@cache
def channel_specs() -> dict[str, ChannelSpec]:
    """Every channel the program ships, by name. Importing one is cheap: its vendor is imported where it is built."""
    found: dict[str, ChannelSpec] = {}
    for module in pkgutil.iter_modules(cxbot.channels.__path__, "cxbot.channels."):
        declared = getattr(import_module(module.name), "CHANNEL", ())
        for spec in declared if isinstance(declared, tuple) else (declared,):
            if isinstance(spec, ChannelSpec):
                found[spec.name] = spec
    return found


def channel_limits(names: Iterable[str]) -> list[Limits]:
    """What the named channels can do, without building them; those that say it only once built are left out."""
    found = [channel_specs()[name].limits for name in names]
    return [limits for limits in found if limits is not None]
