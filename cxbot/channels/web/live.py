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
    cast = await around.store.read(seats.read_cast, request.query, language)
    known: dict[str, str] = {}
    last: dict[str, Any] = {}
    try:
        async with aclosing(pulse.beats()) as beats:
            async for _ in beats:
                if request.transport is None or request.transport.is_closing():
                    break
                scene = await around.store.read(seats.read_scene, cast)
                changed = changes(scene, page, language, known, whole=not last)
                clock = pages.moment(around.clock.now(), scene.cast.zone("team"), language)
                around_it = {"steps": scene.steps(), "clock": clock, "link": scene.link(around)}
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
    """What a page that knows `known` (message to print, brought up to date here) does not show yet, by seat."""
    shown: dict[str, dict[str, Any]] = {}
    for seat in seats.SEATS:
        found = seats.items(scene, seat, page, language)
        fresh = {item.id: item.html for item in found if known.get(item.id) != item.print}
        if fresh or whole:
            shown[seat] = {"order": [item.id for item in found], "fresh": fresh}
        known.update({item.id: item.print for item in found})
    return shown
