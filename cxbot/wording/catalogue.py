"""The catalogues: what the bot says, by message key, in each language."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "zh-CN", "zh-TW")
FALLBACK: Final = "en"
_HERE = Path(__file__).parent / "locale"
_TRADITIONAL = frozenset({"tw", "hk", "mo", "hant"})


@cache
def negotiate(tag: str) -> str:
    """The language we speak to somebody whose language tag this is: "zh_HK" -> "zh-TW", "zh" -> "zh-CN", else "en"."""
    parts = tag.strip().lower().replace("_", "-").split(".")[0].split("-")
    if parts[0] in ("zh", "yue", "cmn"):
        if "hans" in parts:
            return "zh-CN"
        return "zh-TW" if parts[0] == "yue" or _TRADITIONAL.intersection(parts) else "zh-CN"
    return FALLBACK


def path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return _HERE / language.replace("-", "_") / "LC_MESSAGES" / "cxbot.po"


@cache
def messages(language: str) -> Mapping[str, str]:
    """Every text of a language by its key. Read from the .po once; raises ValueError where the file is malformed."""
    with path(language).open("rb") as source:
        catalog = read_po(source, locale=language.replace("-", "_"), domain="cxbot", abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    return {str(message.id): translations.gettext(str(message.id)) for message in catalog if message.id}
