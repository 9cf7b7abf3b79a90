"""How the wordings of a survey do: who answered, who finished, and with what figure. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cxbot.domain import scoring, variants
from cxbot.domain.survey import Survey
from cxbot.ports import Tx
from cxbot.transactions import surveys

Measure = Literal["response", "completion", "score"]


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording: its share, how many were asked, and the figures. `score` is None where the survey has none.

    The response rate is of all who were asked, as everywhere (AAPOR's RR1); completion is of those who began.
    """

    name: str
    share: int
    asked: int
    response: variants.Estimate
    completion: variants.Estimate
    score: scoring.Score | None


@dataclass(frozen=True, slots=True)
class Beside:
    """How a wording does beside the first, in one measure."""

    name: str
    measure: Measure
    compared: variants.Compared


@dataclass(frozen=True, slots=True)
class Wordings:
    """All of a survey's wordings. `hidden`: an anonymous survey with too few answers to show anything of."""

    wordings: tuple[Wording, ...]
    beside: tuple[Beside, ...]
    hidden: bool = False


def read(tx: Tx, key: str) -> Wordings | None:
    """The wordings in use, over all versions that have the same ones; None where there is only one, or no survey."""
    live = surveys.live(tx, key)
    if live is None or not live.survey.variants:
        return None
    survey = live.survey
    own = 100 - sum(each.share for each in survey.variants)
    shares = [*([(variants.OWN, own)] if own else []), *((each.name, each.share) for each in survey.variants)]
    asked: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    scores: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for version in _same(tx, key, survey):
        for row in tx.all("wordings.dispositions", survey=key, version=version):
            disposition = scoring.disposition(row["invitation_state"], row["response_state"])
            asked[row["variant"]][disposition] += int(row["n"])
        for row in tx.all("wordings.scores", survey=key, version=version):
            scores[row["variant"]][int(row["score"])] += int(row["n"])
    found = tuple(_wording(survey, name, share, asked[name], scores[name]) for name, share in shares)
    few = any(0 < each.completion.n < scoring.ANONYMOUS_ENOUGH for each in found)
    if survey.anonymous and few:
        return Wordings((), (), hidden=True)
    return Wordings(found, _compared(found))


def _same(tx: Tx, key: str, survey: Survey) -> list[int]:
    """The versions in which the questions and their wordings are these."""
    versions = [int(row["version"]) for row in surveys.versions(tx, key)]
    these = (survey.questions, survey.variants, survey.bands)
    read_ones = ((version, surveys.at(tx, key, version)) for version in versions)
    return [version for version, each in read_ones if (each.questions, each.variants, each.bands) == these]


def _wording(survey: Survey, name: str, share: int, asked: Mapping[str, int], scores: Mapping[int, int]) -> Wording:
    complete = asked.get("complete", 0)
    n = sum(count for disposition, count in asked.items() if disposition != "not_sampled")
    began = complete + asked.get("partial", 0)
    response, completion = variants.of_share(complete, n), variants.of_share(complete, began)
    return Wording(name, share, n, response, completion, scoring.score(survey.metric, scores))


def _compared(found: tuple[Wording, ...]) -> tuple[Beside, ...]:
    measures: tuple[Measure, ...] = ("response", "completion", "score")
    if any(each.score is None for each in found):
        measures = ("response", "completion")
    comparisons = len(measures) * max(len(found) - 1, 1)
    first = found[0]
    return tuple(
        Beside(each.name, measure, variants.compare(_figure(first, measure), _figure(each, measure), comparisons))
        for each in found[1:]
        for measure in measures
    )


def _figure(wording: Wording, measure: Measure) -> variants.Estimate:
    if measure == "score":
        assert wording.score is not None
        return variants.of_score(wording.score)
    return wording.response if measure == "response" else wording.completion
