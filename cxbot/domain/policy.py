"""How a team works: how soon it comes back to people, who is reminded, and what a team is seeded with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from cxbot.domain import goodwill
from cxbot.domain.calendar import Hours, is_zone

LANGUAGES = ("en", "zh-CN", "zh-TW")
SEVERITIES = ("low", "medium", "high", "critical")
MOST_MINUTES = 525_600
"""A promise longer than a year of business time is a mistake in the typing."""

FIRST_CONTACT_MINUTES: Mapping[str, int] = MappingProxyType({"critical": 30, "high": 60, "medium": 240, "low": 480})
RESOLVE_MINUTES: Mapping[str, int] = MappingProxyType({"critical": 240, "high": 540, "medium": 1620, "low": 2700})


class TeamPolicy(BaseModel):
    """What a team promises and what happens when it does not keep it; minutes are business time of the team.

    `reminder_minutes` and `escalate_minutes` (0: never) count from the alert, while nobody has claimed the case;
    `escalate_to` is a team or a person. `confirm_after_minutes` and `confirm_wait_hours` are plain time. From
    `storm_cases` (0: never) of one cause in `storm_minutes` of plain time on they are one incident. With
    `opening_card` the team is told what there is to do as its day begins. With `queue_alerts` an alert that is not
    critical waits for the team's next opening. The team may give `goodwill_each` at once,
    `goodwill_person` to a customer in 90 days and `goodwill_team` in a calendar month, amounts in `goodwill_currency`
    ('': none is given); beyond that a second person approves within `goodwill_wait_hours` of business time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_contact_minutes: Mapping[str, int] = Field(default_factory=lambda: dict(FIRST_CONTACT_MINUTES))
    resolve_minutes: Mapping[str, int] = Field(default_factory=lambda: dict(RESOLVE_MINUTES))
    reminder_minutes: tuple[int, ...] = (30, 60)
    escalate_minutes: int = Field(default=120, ge=0, le=MOST_MINUTES)
    escalate_to: str = ""
    confirm_after_minutes: int = Field(default=60, ge=0, le=MOST_MINUTES)
    opening_card: bool = True
    queue_alerts: bool = True
    storm_cases: int = Field(default=10, ge=0, le=10_000)
    storm_minutes: int = Field(default=10, ge=1, le=1_440)
    confirm_wait_hours: int = Field(default=72, ge=1, le=8760)
    goodwill_currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    goodwill_each: str = "0"
    goodwill_person: str = "0"
    goodwill_team: str = "0"
    goodwill_wait_hours: int = Field(default=8, ge=1, le=720)

    @field_validator("first_contact_minutes")
    @classmethod
    def _first_contact(cls, given: Mapping[str, int]) -> Mapping[str, int]:
        return _by_severity(given, FIRST_CONTACT_MINUTES)

    @field_validator("resolve_minutes")
    @classmethod
    def _resolve(cls, given: Mapping[str, int]) -> Mapping[str, int]:
        return _by_severity(given, RESOLVE_MINUTES)

    @field_validator("reminder_minutes")
    @classmethod
    def _reminders(cls, given: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 1 <= minutes <= MOST_MINUTES for minutes in given):
            raise ValueError(f"minutes are whole numbers from 1 to {MOST_MINUTES}; write for example [30, 60]")
        if any(later <= earlier for earlier, later in pairwise(given)):
            raise ValueError("each reminder comes later than the one before; write for example [30, 60]")
        return given

    @field_validator("goodwill_each", "goodwill_person", "goodwill_team", mode="before")
    @classmethod
    def _amount(cls, given: Any) -> Any:
        if isinstance(given, float):
            raise ValueError(f'write the amount in quotes: "{given:.2f}"')
        return str(given) if isinstance(given, int) and not isinstance(given, bool) else given

    @model_validator(mode="after")
    def _exact(self) -> TeamPolicy:
        if self.goodwill_currency:
            _ = self.goodwill
        elif {self.goodwill_each, self.goodwill_person, self.goodwill_team} != {"0"}:
            raise ValueError('the goodwill is in no currency; write goodwill_currency = "CNY"')
        return self

    @property
    def goodwill(self) -> goodwill.Budget:
        """What may be given for the trouble without asking, in the smallest unit of the currency."""
        amounts = (self.goodwill_each, self.goodwill_person, self.goodwill_team)
        return goodwill.Budget(
            self.goodwill_currency, *(goodwill.limit(amount, self.goodwill_currency) for amount in amounts)
        )

    @model_validator(mode="after")
    def _in_order(self) -> TeamPolicy:
        if self.escalate_minutes and self.reminder_minutes and self.reminder_minutes[-1] >= self.escalate_minutes:
            raise ValueError(
                f"the last reminder ({self.reminder_minutes[-1]} min) would come after the escalation "
                f"({self.escalate_minutes} min); make escalate_minutes greater, or 0 for no escalation"
            )
        return self

    @classmethod
    def load(cls, text: str) -> TeamPolicy:
        """From the JSON of a team's row. Raises pydantic.ValidationError."""
        return _loaded(text)

    def dump(self) -> str:
        """As JSON, for a team's row."""
        return self.model_dump_json()


@lru_cache(maxsize=256)
def _loaded(text: str) -> TeamPolicy:
    return TeamPolicy.model_validate_json(text)


def _by_severity(given: Mapping[str, int], standard: Mapping[str, int]) -> Mapping[str, int]:
    unknown = sorted(set(given) - set(standard))
    if unknown:
        raise ValueError(f"no such severity: {', '.join(unknown)}; there are {', '.join(SEVERITIES)}")
    if any(not 1 <= minutes <= MOST_MINUTES for minutes in given.values()):
        raise ValueError(f"minutes are whole numbers from 1 to {MOST_MINUTES}")
    return {**standard, **given}


class Cause(BaseModel):
    """A root cause a case can be resolved with; the label in every language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,23}$")
    label: Mapping[str, str]

    @field_validator("label")
    @classmethod
    def _every_language(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        missing = [language for language in LANGUAGES if not given.get(language, "").strip()]
        unknown = sorted(set(given) - set(LANGUAGES))
        if missing:
            raise ValueError(f'the label is missing in {", ".join(missing)}; write label = {{ "{missing[0]}" = "…" }}')
        if unknown:
            raise ValueError(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}")
        return given

    def label_in(self, language: str) -> str:
        """The label in a language, in English where there is none."""
        return self.label.get(language) or self.label["en"]


def _cause(cause_id: str, en: str, zh_cn: str, zh_tw: str) -> Cause:
    return Cause(id=cause_id, label={"en": en, "zh-CN": zh_cn, "zh-TW": zh_tw})


DEFAULT_CAUSES: tuple[Cause, ...] = (
    _cause("waiting", "Waited too long", "等待太久", "等待太久"),
    _cause("not_solved", "Problem not solved", "问题没有解决", "問題沒有解決"),
    _cause("staff", "How we behaved", "服务态度", "服務態度"),
    _cause("information", "Wrong or missing information", "信息有误或不清楚", "資訊有誤或不清楚"),
    _cause("delivery", "Late, lost or damaged delivery", "配送延误、丢失或破损", "配送延誤、遺失或破損"),
    _cause("product", "Product fault or quality", "产品质量问题", "產品品質問題"),
    _cause("billing", "Price, bill or refund", "价格、账单或退款", "價格、帳單或退款"),
    _cause("system", "App, website or system fault", "应用、网站或系统故障", "應用程式、網站或系統故障"),
    _cause("process", "Too complicated", "流程太复杂", "流程太複雜"),
    _cause("expectation", "Expected something else", "与期望不符", "與期望不符"),
    _cause("other", "Something else", "其他", "其他"),
)
"""The root causes of a team that names none of its own."""

_KNOWN_CAUSES = {cause.id: cause for cause in DEFAULT_CAUSES}


class MemberSeed(BaseModel):
    """Somebody of a team. `address` is "channel:address", such as "web:member:ana"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    name: str = Field(min_length=1)
    role: Literal["owner", "admin", "lead", "member", "viewer"] = "member"
    language: Literal["", "en", "zh-CN", "zh-TW"] = ""
    time_zone: str = ""

    @field_validator("address")
    @classmethod
    def _with_channel(cls, given: str) -> str:
        channel, _, address = given.partition(":")
        if not channel or not address:
            raise ValueError(f'"{given}" names no channel; write "web:member:ana" or "slack:U012AB3CD"')
        return given

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        return _zone(given) if given else given

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self.address.partition(":")[0]

    @property
    def place(self) -> str:
        """The address on that channel."""
        return self.address.partition(":")[2]


class TeamSeed(BaseModel):
    """A team as the configuration describes it. Causes may be ids of the default list, words, or id and label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    channel: str = ""
    place: str = ""
    language: Literal["en", "zh-CN", "zh-TW"] = "en"
    time_zone: str = "UTC"
    hours: Hours = Field(default_factory=Hours)
    policy: TeamPolicy = Field(default_factory=TeamPolicy)
    touchpoints: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = DEFAULT_CAUSES
    members: tuple[MemberSeed, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        return _zone(given)

    @field_validator("causes", mode="before")
    @classmethod
    def _causes(cls, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return given
        return tuple(_read_cause(item, at) for at, item in enumerate(given)) or DEFAULT_CAUSES

    @field_validator("members")
    @classmethod
    def _once_each(cls, given: tuple[MemberSeed, ...]) -> tuple[MemberSeed, ...]:
        addresses = [member.address for member in given]
        twice = sorted({address for address in addresses if addresses.count(address) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}; a member has one role in a team")
        return given

    @field_serializer("causes")
    def _plain_causes(self, causes: tuple[Cause, ...]) -> list[dict[str, Any]]:
        return [{"id": cause.id, "label": dict(cause.label)} for cause in causes]


def _read_cause(item: Any, at: int) -> Any:
    if not isinstance(item, str):
        return item
    if item in _KNOWN_CAUSES:
        return _KNOWN_CAUSES[item]
    return Cause(id=f"own_{at + 1}", label=dict.fromkeys(LANGUAGES, item))


def _zone(given: str) -> str:
    if not is_zone(given):
        raise ValueError(f'no such time zone: "{given}"; write a name such as "Asia/Shanghai" or "Europe/Berlin"')
    return given
