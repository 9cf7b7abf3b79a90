"""What comes with a form: its fields and one file, each capped, the file's kind told by its first bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from cxbot.channels.web.pages import clean
from cxbot.inbound import LONGEST_TEXT
from cxbot.ports import Media

LONGEST_FIELD = 2 * LONGEST_TEXT
MOST_FIELDS = 60
_SIGNATURES: tuple[tuple[re.Pattern[bytes], str, str, str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image", "image/png", ".png"),
    (re.compile(rb"\xff\xd8\xff"), "image", "image/jpeg", ".jpg"),
    (re.compile(rb"GIF8[79]a"), "image", "image/gif", ".gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image", "image/webp", ".webp"),
    (re.compile(rb"%PDF-"), "other", "application/pdf", ".pdf"),
    (re.compile(rb"OggS"), "voice", "audio/ogg", ".ogg"),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2]"), "voice", "audio/mpeg", ".mp3"),
    (re.compile(rb"#!AMR"), "voice", "audio/amr", ".amr"),
    (re.compile(rb"....ftypM4A", re.DOTALL), "voice", "audio/mp4", ".m4a"),
    (re.compile(rb"....ftyp", re.DOTALL), "video", "video/mp4", ".mp4"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video", "video/webm", ".webm"),
)
_UNSAFE = re.compile(r"[^\w.\- ]+")


class TooLarge(Exception):
    """A file or field is larger than what is taken."""


class UnknownKind(Exception):
    """A file is none of the kinds that are taken, whatever its name says."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was checked: what it is, and its bytes."""

    media: Media
    body: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent."""

    fields: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    def get(self, name: str) -> str:
        """A field without blanks around it, or ''."""
        return self.fields.get(name, "").strip()


async def read_posted(request: web.Request, upload_bytes: int) -> Posted:
    """Reads a form, with a file or without. Raises TooLarge, UnknownKind, or ValueError where the body is no form."""
    if request.content_type == "application/x-www-form-urlencoded":
        return Posted(_capped_fields(await request.post()))
    if request.content_type != "multipart/form-data":
        raise ValueError(request.content_type)
    fields: dict[str, str] = {}
    upload: Upload | None = None
    reader = await request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader) or not part.name or len(fields) >= MOST_FIELDS:
            raise ValueError("a part without a name")
        if part.filename is None:
            words = (await _capped(part, LONGEST_FIELD * 4)).decode("utf-8", "replace")
            fields[part.name[:64]] = clean(words)[:LONGEST_FIELD]
            continue
        body = await _capped(part, upload_bytes)
        if body:
            upload = check(part.filename, body)
    return Posted(fields, upload)


def check(name: str, body: bytes) -> Upload:
    """Tells what a file is by its first bytes, never by its name. Raises UnknownKind."""
    for signature, kind, mime, ending in _SIGNATURES:
        if signature.match(body):
            last = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
            stem = _UNSAFE.sub("", last).strip(" .")[:60] or kind
            digest = hashlib.sha256(body).hexdigest()[:40]
            return Upload(Media(kind, f"{stem}{ending}", mime, len(body), f"/try/media/{digest}"), body)
    raise UnknownKind(name)


def _capped_fields(posted: Mapping[str, object]) -> dict[str, str]:
    if len(posted) > MOST_FIELDS:
        raise ValueError("too many fields")
    return {name[:64]: clean(str(value))[:LONGEST_FIELD] for name, value in posted.items()}


async def _capped(part: BodyPartReader, most: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk(65_536):
        body += chunk
        if len(body) > most:
            raise TooLarge(part.name)
    return bytes(body)
