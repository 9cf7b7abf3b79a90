"""The try-out page: three seats, a panel that makes things happen, and a clock that can be wound. Only in the demo."""

from __future__ import annotations

import base64
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, Literal, cast

from aiohttp import web

from cxbot.channels.web import pages, seats
from cxbot.channels.web.happenings import HAPPENINGS, interaction_body, outcome_words, ready_for
from cxbot.channels.web.live import stream
from cxbot.channels.web.pulse import Pulse
from cxbot.channels.web.uploads import Posted, TooLarge, UnknownKind, read_posted
from cxbot.inbound import LONGEST_TEXT
from cxbot.ports import Deliver, Inbound, Media, Receipt, Surroundings, Tx
from cxbot.transactions import interactions, people, transcripts

KINDS = ("text", "choice", "form", "media")
SAMPLES: Mapping[str, Media] = {
    "image": Media("image", "photo.jpg", "image/jpeg", 184_320),
    "sticker": Media("sticker", "wave.webp", "image/webp", 20_480),
    "location": Media("location", "31.2304,121.4737"),
    "voice": Media("voice", "voice-0-07.ogg", "audio/ogg", 28_672),
}
"""What can be sent without having a file at hand."""
WINDS: Mapping[str, int] = {"10m": 10 * 60_000, "1h": 60 * 60_000}
_CUSTOMER = re.compile(r"customer:[a-z0-9-]{1,40}")
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class TryPage:
    """The routes of `/try`."""

    def __init__(self, page: pages.Pages, pulse: Pulse, upload_bytes: int, surroundings: Surroundings) -> None:
        self._page = page
        self._pulse = pulse
        self._upload_bytes = upload_bytes
        self._around = surroundings
        self.deliver: Deliver | None = None
        self._winding = False

    def mount(self, app: web.Application) -> None:
        """Adds the page's routes."""
        app.router.add_get("/try", self.show)
        app.router.add_get("/try/live", self.live, allow_head=False)
        app.router.add_post("/try/act", self.act)
        app.router.add_post("/try/happen", self.happen)
        app.router.add_post("/try/wind", self.wind)
        app.router.add_post("/try/renew", self.renew)
        app.router.add_get("/try/media/{digest:[0-9a-f]{40}}", self.media)

    async def show(self, request: web.Request) -> web.Response:
        """The page as it stands now."""
        language = pages.language_of(request)
        scene = await self._around.store.read(seats.read_page, request.query, language)
        now = self._around.clock.now()
        response = self._page.page(
            "try.html",
            language,
            cast=scene.cast,
            members=scene.cast.acting_members(),
            pickers=scene.cast.pickers(pages.text_in(language)),
            items={seat: seats.items(scene, seat, self._page, language) for seat in seats.SEATS},
            steps=scene.steps(),
            link=scene.link(self._around),
            happenings=HAPPENINGS,
            ready=ready_for(scene.cast.shown_touchpoints()),
            samples=SAMPLES,
            now=now,
            clock=pages.moment(now, scene.cast.zone("team"), language),
            zone=scene.cast.zone("team"),
            winding=self._winding,
            can_wind="wind" in request.config_dict,
            upload_bytes=self._upload_bytes,
        )
        pages.remember_language(request, response)
        return response

    async def live(self, request: web.Request) -> web.StreamResponse:
        """What changes on the page, as it changes."""
        language = pages.language_of(request)
        return await stream(request, self._page, self._pulse, self._around, language)

    async def act(self, request: web.Request) -> web.Response:
        """Somebody in a seat wrote, pressed, filled a form or sent a file."""
        language = pages.language_of(request)
        self._check_origin(request, language)
        if self.deliver is None:
            raise self._problem(503, "page.error.starting", language)
        posted = await self._posted(request, language)
        inbound = await self._inbound(posted, language)
        if posted.upload is not None:
            await self._keep(posted)
        receipt = await self.deliver(inbound)
        return _json(self._receipt(receipt, language))

    async def happen(self, request: web.Request) -> web.Response:
        """Makes something happen to a customer, through the same transaction as the API."""
        language = pages.language_of(request)
        self._check_origin(request, language)
        posted = await self._posted(request, language)
        address = posted.get("customer")
        customer = await self._around.store.read(people.by_address, seats.CHANNEL, address)
        if customer is None or posted.get("what") not in HAPPENINGS or not _ID.fullmatch(posted.get("id")):
            raise self._problem(400, "page.error.incomplete", language)
        now = self._around.clock.now()
        body = interaction_body(posted.fields, address, now)
        taken = await self._around.store.run(interactions.take, body, "try", now)
        words, tone = outcome_words(taken, customer["name"], pages.text_in(language), now)
        return _json({"outcome": words, "tone": tone})

    async def wind(self, request: web.Request) -> web.Response:
        """Winds the business clock forward; returns when everything that fell due on the way has been done."""
        language = pages.language_of(request)
        self._check_origin(request, language)
        posted = await self._posted(request, language)
        wind = request.config_dict.get("wind")
        if wind is None:
            raise self._problem(503, "page.error.starting", language)
        if self._winding:
            raise self._problem(409, "page.clock.busy", language)
        self._winding = True
        self._pulse.beat()
        try:
            by = posted.get("by")
            if by == "morning":
                distance = int(await _result(request.config_dict["next_morning"]()))
            elif by in WINDS:
                distance = WINDS[by]
            else:
                raise self._problem(400, "page.error.incomplete", language)
            await _result(wind(distance))
        finally:
            self._winding = False
            self._pulse.beat()
        return _json({"notice": pages.text_in(language)("page.clock.wound", minutes=distance // 60_000)})

    async def renew(self, request: web.Request) -> web.Response:
        """Somebody unknown takes the place of a customer who was forgotten."""
        language = pages.language_of(request)
        self._check_origin(request, language)
        address = (await self._posted(request, language)).get("customer")
        if not _CUSTOMER.fullmatch(address):
            raise self._problem(400, "page.error.incomplete", language)
        name = pages.text_in(language)("page.erased.newcomer")
        await self._around.store.run(_renewed, address, name, language, self._around.clock.now())
        return _json({})

    async def media(self, request: web.Request) -> web.Response:
        """A file that somebody sent here, in a form that a browser will not run."""
        kept = await self._around.state.get(f"media:{request.match_info['digest']}")
        if not isinstance(kept, dict):
            raise web.HTTPNotFound(text="No such file.")
        return web.Response(
            body=base64.b64decode(kept["body"]),
            content_type=kept["mime"],
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Content-Disposition": "inline" if kept["mime"].startswith("image/") else "attachment",
            },
        )

    async def _posted(self, request: web.Request, language: str) -> Posted:
        try:
            return await read_posted(request, self._upload_bytes)
        except TooLarge:
            limit = f"{self._upload_bytes / 1_000_000:g} MB"
            raise self._problem(413, "page.error.too_large", language, limit=limit) from None
        except UnknownKind:
            raise self._problem(415, "page.error.unknown_kind", language) from None
        except (ValueError, AssertionError):
            raise self._problem(400, "page.error.incomplete", language) from None

    async def _inbound(self, posted: Posted, language: str) -> Inbound:
        seat, kind, inbound_id = posted.get("seat"), posted.get("kind"), posted.get("id")
        place, sender = posted.get("place"), posted.get("sender")
        if seat not in seats.SEATS or kind not in KINDS or not _ID.fullmatch(inbound_id):
            raise self._problem(400, "page.error.incomplete", language)
        own = place == sender and place.startswith(seats.OWN[seat])
        in_team = seat == "team" and sender.startswith("member:")
        if not (own or in_team) or not await self._around.store.read(transcripts.may_act, seats.CHANNEL, place, sender):
            raise self._problem(400, "page.error.nobody", language)
        text = posted.get("text")
        media = posted.upload.media if posted.upload else SAMPLES.get(posted.get("media"))
        if len(text) > LONGEST_TEXT:
            raise self._problem(400, "page.error.too_long", language, most=LONGEST_TEXT)
        key = posted.get("choice")
        wanted: Mapping[str, object] = {"text": text, "choice": key, "form": key, "media": media}
        if not wanted[kind]:
            raise self._problem(400, "page.error.empty", language)
        fields = {name[6:]: value for name, value in posted.fields.items() if name.startswith("field.")}
        return Inbound(
            id=inbound_id,
            channel=seats.CHANNEL,
            place=place,
            sender=sender,
            kind=cast(Literal["text", "choice", "form", "media"], kind),
            text=text if kind == "text" else posted.get("label")[:80] if kind == "choice" else "",
            choice=key[:64],
            about=posted.get("about")[:64],
            fields=fields if kind == "form" else {},
            media=media if kind == "media" else None,
        )

    async def _keep(self, posted: Posted) -> None:
        assert posted.upload is not None
        upload = posted.upload
        digest = upload.media.url.rsplit("/", 1)[-1]
        body = base64.b64encode(upload.body).decode()
        await self._around.state.put(f"media:{digest}", {"mime": upload.media.mime, "body": body})

    def _receipt(self, receipt: Receipt, language: str) -> dict[str, Any]:
        form = self._page.render("form.html", language, form=receipt.form) if receipt.form else ""
        return {"notice": receipt.notice, "form": form, "repeated": receipt.repeated}

    def _check_origin(self, request: web.Request, language: str) -> None:
        if not self._page.own_origin(request):
            raise self._problem(403, "page.error.origin", language)

    def _problem(self, status: int, key: str, language: str, **arguments: Any) -> web.HTTPException:
        body = json.dumps({"error": pages.text_in(language)(key, **arguments)}, ensure_ascii=False)
        problem: web.HTTPException = _STATUS[status](text=body, content_type="application/json")
        return problem


_STATUS: Mapping[int, Any] = {
    400: web.HTTPBadRequest,
    403: web.HTTPForbidden,
    409: web.HTTPConflict,
    415: web.HTTPUnsupportedMediaType,
    503: web.HTTPServiceUnavailable,
    413: lambda **kept: web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, **kept),
}


def _renewed(tx: Tx, address: str, name: str, language: str, now: int) -> None:
    if people.by_address(tx, seats.CHANNEL, address) is None:
        people.upsert(tx, now, addresses=[(seats.CHANNEL, address)], name=name, language=language)


async def _result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _json(body: Mapping[str, Any]) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, content_type="application/json", headers={"Cache-Control": "no-store"})
