"""Ending well when the operator, or what runs the process, asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


async def until_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Does `work` until it ends; SIGTERM or SIGINT cancels it, starting or not, and a second one ends at once."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)

    def on_signal(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        log.info("stopping", signal=number.name)
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: KeyboardInterrupt ends the loop instead
            loop.add_signal_handler(number, on_signal, number)
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()
