"""The stream behind an open try-out page: server-sent events with the messages that changed, as HTML."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

from aiohttp import web

from cxbot.channels.web import pages, seats
from cxbot.channels.web.pulse import Pulse
from cxbot.ports import Surroundings


async def stream(
    request: web.Request, page: pages.Pages, pulse: Pulse, around: Surroundings, language: str
) -> web.StreamResponse:
    """Sends the whole page's messages first, then what changes, until the browser goes or the program stops.

    Every look reads what a reload would read; a message goes out again only when its HTML is another.
    """
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    known: dict[str, str] = {}
    last: dict[str, Any] = {}
    try:
        async with aclosing(pulse.beats()) as beats:
            async for _ in beats:
                if request.transport is None or request.transport.is_closing():
                    break
                scene = await around.store.read(seats.read_again, request.query, language)
                changed = changes(scene, page, language, known, whole=not last)
                clock = pages.moment(around.clock.now(), scene.cast.zone("team"), language)
                around_it = {
                    "steps": scene.steps(),
                    "clock": clock,
                    "link": scene.link(around),
                    "pickers": scene.cast.pickers(pages.text_in(language)),
                    "erased": scene.cast.erased,
                }
                if changed or last != around_it:
                    last = around_it
                    news = {"seats": changed, **around_it}
                    await response.write(f"data: {json.dumps(news, ensure_ascii=False)}\n\n".encode())
    except ConnectionError:
        pass
    return response


def changes(
    scene: seats.Scene, page: pages.Pages, language: str, known: dict[str, str], *, whole: bool
) -> dict[str, dict[str, Any]]:
    """What a page that knows `known` does not show yet, or should show no more, by seat.

    `known` is, by message, its print, and by seat, its messages in order; it is brought up to date here.
    """
    shown: dict[str, dict[str, Any]] = {}
    for seat in seats.SEATS:
        found = seats.items(scene, seat, page, language)
        fresh = {item.id: item.html for item in found if known.get(item.id) != item.print}
        order = [item.id for item in found]
        if fresh or whole or known.get(seat) != " ".join(order):
            shown[seat] = {"order": order, "fresh": fresh}
        known.update({item.id: item.print for item in found})
        known[seat] = " ".join(order)
    return shown
