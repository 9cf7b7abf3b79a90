"""The survey page behind a signed link: all questions on one page, for a phone. A GET records nothing."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from cxbot import links, wording
from cxbot.channels.web import pages
from cxbot.domain.survey import Question, Survey, fill
from cxbot.ports import Limits, Row, Surroundings, Tx
from cxbot.transactions import invitations, survey_pages, surveys
from cxbot.transactions import links as links_kept
from cxbot.transactions.survey_pages import LinkResult

LONGEST_ANSWER = 4_000
FACES = 5
_NOT_OFFERED = ("waiting", "not_asked", "retracted", "unreachable")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks: the invitation, its survey and variables, and whether the link was used before."""

    invitation: Row
    survey: Survey
    variables: Mapping[str, str]
    used: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in so far, and what is wrong with it (question id to words)."""

    answers: Mapping[str, str] = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    nonce: str = ""


class SurveyPage:
    """The routes of `/s/<token>`."""

    def __init__(self, page: pages.Pages, surroundings: Surroundings) -> None:
        self._page = page
        self._around = surroundings

    def mount(self, app: web.Application) -> None:
        """Adds the page's routes."""
        app.router.add_get("/s/{token}", self.show)
        app.router.add_post("/s/{token}", self.submit)

    async def show(self, request: web.Request) -> web.Response:
        """The questions, or why there are none. Reads only: links are fetched by whoever unfurls them."""
        token = request.match_info["token"]
        claims = links.read_link(self._around.secret, token, self._around.clock.now())
        if not isinstance(claims, links.LinkClaims):
            return self._closed(request, claims)
        asked = await self._around.store.read(look, claims, links.fingerprint(token))
        if asked is None:
            return self._problem("withdrawn", 410, pages.language_of(request))
        language = _language(request, asked)
        if not _open(asked, self._around.clock.now()):
            return self._problem("expired", 410, language)
        return self._form(asked, language, Filled(nonce=secrets.token_urlsafe(12)))

    async def submit(self, request: web.Request) -> web.Response:
        """Takes the answers. The same form sent twice is one response; another one is kept apart and says so."""
        token = request.match_info["token"]
        now = self._around.clock.now()
        claims = links.read_link(self._around.secret, token, now)
        if not isinstance(claims, links.LinkClaims):
            return self._closed(request, claims)
        language = pages.language_of(request)
        if not self._page.own_origin(request, may_be_absent=True):
            return self._problem("origin", 403, language)
        posted = await request.post()
        asked = await self._around.store.read(look, claims, links.fingerprint(token))
        if asked is None:
            return self._problem("withdrawn", 410, language)
        chosen = str(posted.get("lang", ""))
        language = chosen if chosen in pages.LANGUAGES else _language(request, asked)
        filled = Filled(_answers(asked.survey, posted), nonce=str(posted.get("nonce", ""))[:64])
        result = await self._around.store.run(submit, claims, token, filled, language, now)
        if result.mistakes:
            text = pages.text_in(language)
            mistakes = {question: text(key) for question, key in result.mistakes.items()}
            return self._form(asked, language, replace(filled, mistakes=mistakes), status=422)
        if result.state not in ("taken", "again"):
            return self._problem("expired" if result.state == "expired" else "withdrawn", 410, language)
        thanks = self._thanks(result, asked, language, now)
        return self._page.page("thanks.html", language, thanks=thanks, again=result.state == "again", theme=True)

    def _form(self, asked: Asked, language: str, filled: Filled, *, status: int = 200) -> web.Response:
        survey, variables = asked.survey, {**asked.variables, "company": self._page.company(language)}
        views = [_view(survey, question, language, variables, filled) for question in survey.questions]
        return self._page.page(
            "survey.html",
            language,
            status=status,
            title=pages.text_in(language)("link.heading", company=self._page.company(language)),
            intro=fill(_in(survey.intro, language), variables),
            used=asked.used,
            questions=views,
            bands=json.dumps({band.name: [band.low, band.high] for band in survey.bands}),
            mistakes=[view for view in views if view["error"]],
            nonce=filled.nonce,
            longest=LONGEST_ANSWER,
        )

    def _thanks(self, result: LinkResult, asked: Asked, language: str, now: int) -> str:
        if result.thanks is None:
            return pages.text_in(language)("link.thanks.text")
        meaning = wording.Meaning(
            row_id="",
            channel="web",
            address="",
            kind="message",
            key=str(result.thanks["key"]),
            args=result.thanks.get("args", {}),
            language=language,
            survey=asked.survey,
        )
        return wording.render(meaning, Limits(), now).text

    def _closed(self, request: web.Request, link: links.Expired | links.Invalid) -> web.Response:
        language = pages.language_of(request)
        if isinstance(link, links.Expired):
            return self._problem("expired", 410, language)
        return self._problem("invalid", 404, language)

    def _problem(self, what: str, status: int, language: str) -> web.Response:
        return self._page.page("closed.html", language, status=status, what=what)


def look(tx: Tx, claims: links.LinkClaims, token_hash: str) -> Asked | None:
    """What a link's page asks; None where there is nothing to answer any more."""
    linked = links_kept.look(tx, claims.invitation_id, token_hash)
    if linked is None or linked.invitation["state"] in _NOT_OFFERED:
        return None
    invitation = linked.invitation
    survey = surveys.asked(tx, invitation)
    used = linked.spent or invitation["state"] != "asked" or bool(invitation["response_id"])
    return Asked(invitation, survey, invitations.variables(tx, invitation), used)


def submit(tx: Tx, claims: links.LinkClaims, token: str, filled: Filled, language: str, now: int) -> LinkResult:
    """Hands the answers over once per form that was shown; the same form again is answered as it was."""
    once = links.fingerprint(token, filled.nonce)
    if filled.nonce and not links_kept.spend(tx, once, "", now):
        kept = links_kept.spent_for(tx, once)
        return LinkResult("taken" if links_kept.spent_for(tx, links.fingerprint(token)) == kept else "again", kept)
    result = survey_pages.submit(
        tx, claims.invitation_id, dict(filled.answers), links.fingerprint(token), language, now
    )
    if filled.nonce and result.response_id:
        links_kept.led_to(tx, once, result.response_id)
    elif filled.nonce:
        links_kept.give_back(tx, once)
    return result


def _open(asked: Asked, now: int) -> bool:
    return bool(asked.invitation["state"] != "expired" and asked.invitation["expires_at"] > now)


def _language(request: web.Request, asked: Asked) -> str:
    chosen = request.query.get("lang", "")
    return chosen if chosen in pages.LANGUAGES else str(asked.invitation["language"])


def _answers(survey: Survey, posted: MultiDictProxy[Any]) -> dict[str, str]:
    """What was filled in, by question; several options as "a,b". Questions left empty are absent."""
    found: dict[str, str] = {}
    for question in survey.questions:
        values = [pages.clean(str(value)).strip()[:LONGEST_ANSWER] for value in posted.getall(f"q.{question.id}", ())]
        given = ",".join(value for value in values if value)
        if given:
            found[question.id] = given
    return found


def _view(
    survey: Survey, question: Question, language: str, variables: Mapping[str, str], filled: Filled
) -> dict[str, Any]:
    given = filled.answers.get(question.id, "")
    return {
        "id": question.id,
        "kind": question.kind,
        "text": fill(_in(question.text, language), variables),
        "optional": question.optional,
        "scored": question.score,
        "choices": _choices(question, language, variables),
        "faces": question.faces,
        "named": question.kind == "scale" and bool(question.labels),
        "low_label": "" if question.labels else _in(question.low_label, language),
        "high_label": "" if question.labels else _in(question.high_label, language),
        "next": json.dumps([[rule.when, rule.goto] for rule in question.next]),
        "given": given,
        "picked": given.split(",") if question.kind == "several_of" else [given],
        "error": filled.mistakes.get(question.id, ""),
    }


def _choices(question: Question, language: str, variables: Mapping[str, str]) -> list[dict[str, Any]]:
    if question.kind == "yes_no":
        text = pages.text_in(language)
        return [{"value": value, "label": text(f"link.{value}"), "face": 0} for value in ("yes", "no")]
    if question.kind == "scale":
        span = max(1, question.high - question.low)
        names = {question.low: question.low_label, question.high: question.high_label, **question.labels}
        return [
            {
                "value": str(value),
                "label": _in(names.get(value, {}), language) if question.labels else "",
                "face": 1 + round((value - question.low) * (FACES - 1) / span) if question.faces else 0,
            }
            for value in range(question.low, question.high + 1)
        ]
    return [
        {"value": option.id, "label": fill(_in(option.label, language), variables), "face": 0}
        for option in question.options
    ]


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
