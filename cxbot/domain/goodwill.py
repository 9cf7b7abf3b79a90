"""Goodwill: what may be given for the trouble without asking. Amounts are whole numbers of the smallest unit. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

Unreadable = Literal["not_understood", "too_exact", "too_little", "too_much"]
Limit = Literal["each", "person", "team"]

PERSON_DAYS = 90
"""Days in which what one customer was given counts for the next grant."""
MOST = 10**12
"""An amount beyond this, in the smallest unit, is a mistake in the typing."""
_DECIMALS: Mapping[str, int] = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
"""Digits behind the point where they are not two, as ISO 4217 has them."""
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "CNY": ("rmb", "¥", "元", "块", "塊"),
    "TWD": ("nt$", "$", "元", "塊"),
    "HKD": ("hk$", "$", "元"),
    "SGD": ("s$", "$"),
    "USD": ("us$", "$"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("¥", "円"),
    "KRW": ("₩",),
}
"""How people write a currency beside its code; another currency's sign is not understood."""
_NUMBER = re.compile(r"(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most of one grant, for one customer in 90 days, and of a team in a calendar month; 0: somebody is asked."""

    currency: str
    each: int = 0
    person: int = 0
    team: int = 0


def decimals(currency: str) -> int:
    """How many digits stand behind the point."""
    return _DECIMALS.get(currency, 2)


def is_currency(word: str) -> bool:
    """Whether a word is the code of a currency that is known, in any case."""
    return word.upper() in {*_SIGNS, *_DECIMALS}


def read(words: str, currency: str) -> int | Unreadable:
    """The amount somebody wrote ("20", "¥20.50", "1,200 元"), in the smallest unit; or why it is none."""
    text = unicodedata.normalize("NFKC", words).strip().casefold()
    for sign in (currency.casefold(), *_SIGNS.get(currency, ())):
        if text.startswith(sign) or text.endswith(sign):
            text = text.removeprefix(sign).removesuffix(sign).strip()
            break
    found = _NUMBER.fullmatch(text)
    if found is None:
        return "not_understood"
    places = decimals(currency)
    behind = (found[2] or "").rstrip("0")
    if len(behind) > places:
        return "too_exact"
    amount = int(found[1].replace(",", "") + behind.ljust(places, "0"))
    if amount == 0:
        return "too_little"
    return "too_much" if amount > MOST else amount


def limit(words: str, currency: str) -> int:
    """A limit of a policy in the smallest unit. Raises ValueError with what to write instead."""
    amount = read(words, currency)
    if amount == "too_little":
        return 0
    if isinstance(amount, str):
        places = decimals(currency)
        example = f'"20.{"0" * places}"' if places else '"2000"'
        raise ValueError(f'"{words}" is no amount in {currency}; write for example {example}')
    return amount


def shown(amount: int, currency: str) -> str:
    """An amount as it is written everywhere: "CNY 20.00"."""
    places = decimals(currency)
    whole, rest = divmod(amount, 10**places)
    return f"{currency} {whole}.{rest:0{places}d}" if places else f"{currency} {whole}"


def beyond(budget: Budget, amount: int, *, of_person: int, of_team: int) -> tuple[Limit, ...]:
    """The limits that a grant would go beyond; `of_person` and `of_team` is what counts already."""
    checks: tuple[tuple[Limit, bool], ...] = (
        ("each", amount > budget.each),
        ("person", of_person + amount > budget.person),
        ("team", of_team + amount > budget.team),
    )
    return tuple(name for name, exceeded in checks if exceeded)


def raises(before: Budget, after: Budget) -> bool:
    """Whether more may be given without asking than before; in another currency nobody can tell."""
    if before.currency != after.currency:
        return any((after.each, after.person, after.team))
    return after.each > before.each or after.person > before.person or after.team > before.team


def month(now: int, zone: str, before: int = 0) -> tuple[int, int]:
    """The calendar month of `now` (epoch ms) in a time zone, or so many before it: its first ms, and the next one's."""
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    return month_of(*_shifted(today.year, today.month, -before), zone)


def month_of(year: int, number: int, zone: str) -> tuple[int, int]:
    """A calendar month in a time zone: its first ms, and the next one's."""
    starts = [datetime(*_shifted(year, number, by), 1, tzinfo=ZoneInfo(zone)) for by in (0, 1)]
    return int(starts[0].timestamp() * 1000), int(starts[1].timestamp() * 1000)


def _shifted(year: int, number: int, by: int) -> tuple[int, int]:
    years, index = divmod(number - 1 + by, 12)
    return year + years, index + 1
