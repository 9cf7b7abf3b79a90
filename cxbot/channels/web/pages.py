"""What the web channel's pages share: templates, language, static files, security headers, the same-origin rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cxbot import wording

HERE = Path(__file__).parent
LANGUAGES: Mapping[str, str] = {"en": "English", "zh-CN": "简体中文", "zh-TW": "繁體中文"}
"""The languages a page can be read in, each by its own name."""
COOKIE = "cxbot_lang"
CONTENT_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # A survey's link is its person's secret: no other site may see it. `no-referrer` would hide our own origin, too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_MOMENT = {"en": "EEE d MMM, HH:mm", "zh-CN": "M月d日 EEE HH:mm", "zh-TW": "M月d日 EEE HH:mm"}
_DAY = {"en": "EEEE d MMMM", "zh-CN": "M月d日 EEEE", "zh-TW": "M月d日 EEEE"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_URL = re.compile(r"https?://[^\s<>\"'，。；、）】]+[^\s<>\"'，。；、）】.,;:!?)]")


class Pages:
    """Renders pages and answers for their static files. One for the life of the channel."""

    def __init__(self, public_url: str, company: Mapping[str, str]) -> None:
        self._public_host = urlsplit(public_url).netloc
        self._company = company
        self._static = {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir()) if path.is_file()}
        digest = hashlib.sha256(b"".join(self._static.values()))
        self._version = digest.hexdigest()[:12]
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["prose"] = prose
        self._environment.globals.update(languages=LANGUAGES, static=self.static_url)

    def static_url(self, name: str) -> str:
        """Where a static file is served; its address changes when the files do."""
        return f"/static/web/{self._version}/{name}"

    def company(self, language: str) -> str:
        """The company's name in a language, else in any."""
        return self._company.get(language) or next(iter(self._company.values()), "")

    def render(self, template: str, language: str, **values: Any) -> str:
        """A template in words of a language; in it, `t(key, …)` is a text of the catalogue."""
        texts = text_in(language)
        return self._environment.get_template(template).render(
            lang=language, t=texts, company=self.company(language), **values
        )

    def page(self, template: str, language: str, *, status: int = 200, **values: Any) -> web.Response:
        """A whole page with its security headers."""
        body = self.render(template, language, **values)
        response = web.Response(text=body, content_type="text/html", status=status, headers=HEADERS)
        response.headers["Content-Language"] = language
        return response

    async def static(self, request: web.Request) -> web.Response:
        """A static file, for ever: its address holds the version."""
        name = request.match_info["name"]
        body = self._static.get(name)
        if body is None:
            raise web.HTTPNotFound(text="No such file.")
        return web.Response(
            body=body,
            content_type=CONTENT_TYPES.get(Path(name).suffix, "application/octet-stream"),
            charset="utf-8",
            headers={"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"},
        )

    def own_origin(self, request: web.Request, *, may_be_absent: bool = False) -> bool:
        """Whether a POST comes from one of our own pages, by the headers that a browser sets and a page cannot.

        `may_be_absent`: where what is posted holds a secret already, a browser that sends neither header is believed.
        """
        origin = request.headers.get("Origin", "")
        if origin:
            host = _host_of(origin)
            return bool(host) and (host == self._public_host or (host == request.host and _is_direct(host)))
        site = request.headers.get("Sec-Fetch-Site", "")
        return site == "same-origin" or (may_be_absent and not site)


def clean(text: str) -> str:
    """What somebody typed, without what no database keeps: control characters and halves of characters."""
    return _CONTROL.sub("", text)


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # "http://[::1" is no address
        return ""


def _is_direct(host: str) -> bool:
    """Whether a host is an IP address or localhost: a name could be made to point at us by whoever owns it."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


def text_in(language: str) -> Callable[..., str]:
    """The catalogue's texts in one language: a function of a key and its arguments."""

    def text(key: str, **arguments: Any) -> str:
        return wording.text(key, language, **arguments)

    return text


def language_of(request: web.Request, fallback: str = "") -> str:
    """The language of a page: asked for (`?lang=`), chosen before (cookie), the fallback, or the browser's own."""
    for asked in (request.query.get("lang", ""), request.cookies.get(COOKIE, ""), fallback):
        if asked in LANGUAGES:
            return asked
    return preferred(request.headers.get("Accept-Language", ""))


def remember_language(request: web.Request, response: web.Response) -> None:
    """Keeps a language that was asked for, for a year."""
    asked = request.query.get("lang", "")
    if asked in LANGUAGES:
        response.set_cookie(COOKIE, asked, max_age=31_536_000, httponly=True, samesite="Lax", path="/")


def preferred(header: str) -> str:
    """The first of our languages that an Accept-Language header would like."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0 and tag[:2].lower() in ("en", "zh"):
            wishes.append((-weight, place, tag))
    return wording.negotiate(min(wishes)[2]) if wishes else "en"


def zone(name: str) -> tzinfo:
    """A time zone by its name; UTC where there is no such zone."""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def local(at: int, zone_name: str) -> datetime:
    """A moment (epoch ms) as it is told in a zone."""
    return datetime.fromtimestamp(at / 1000, zone(zone_name))


def moment(at: int, zone_name: str, language: str) -> str:
    """Day and time in words: "Mon 24 Nov, 14:05"."""
    return _written(at, zone_name, language, _MOMENT)


def day(at: int, zone_name: str, language: str) -> str:
    """A day in words: "Monday 24 November"."""
    return _written(at, zone_name, language, _DAY)


def _written(at: int, zone_name: str, language: str, patterns: Mapping[str, str]) -> str:
    when = local(at, zone_name)
    return str(format_datetime(when, patterns[language], tzinfo=when.tzinfo, locale=language.replace("-", "_")))


def prose(text: str) -> Markup:
    """Plain words as HTML: escaped, line by line, web addresses as links."""
    pieces: list[Markup] = []
    end = 0
    for found in _URL.finditer(text):
        address = found.group()
        pieces.append(_lines(text[end : found.start()]))
        pieces.append(Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(address))
        end = found.end()
    pieces.append(_lines(text[end:]))
    return Markup("").join(pieces)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))
