"""survey new: a survey of one's own from the template of a measure, filled in by a form that can be left."""

from __future__ import annotations

import json
import re

from cxbot import wording
from cxbot.domain import replies
from cxbot.domain.survey import Survey
from cxbot.ports import Receipt, Tx
from cxbot.transactions import survey_drafts, surveys, teams
from handlers import survey_desk, survey_forms
from handlers.grammar import Argument, Call, Command

METRICS = {
    "nps": ("nps", "推荐", "推荐度", "净推荐值", "推薦", "推薦度", "淨推薦值"),
    "csat": ("csat", "satisfaction", "满意度", "滿意度"),
    "ces": ("ces", "effort", "费力度", "省力度", "費力度", "輕鬆度"),
    "fcr": ("fcr", "一次解决", "首次解决", "一次解決", "首次解決"),
    "enps": ("enps", "员工", "员工推荐", "員工", "員工推薦"),
}
LONGEST_KEY = 24
_QUOTED = re.compile(r"\"([^\"]+)\"|[“”]([^“”]+)[“”]|「([^」]+)」|『([^』]+)』|《([^》]+)》")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
AGAIN = "again"
"""The argument that makes another on purpose; nobody types it."""


def new(call: Call) -> Receipt:
    """Begins a draft at once, so that nothing typed is lost, and asks for what the template cannot know."""
    about, title = _titled(call.arguments["about_survey"])
    words = about.split()
    metric = next((name for word in words for name, known in METRICS.items() if _same(word, known)), "")
    rest = [word for word in words if not any(_same(word, known) for known in METRICS.values())]
    template = _template(call.tx, metric)
    if not rest or template is None:
        known = [name for name in METRICS if _template(call.tx, name)]
        return call.say("command.survey_new.which", known=known, touchpoints=_touchpoints(call))
    touchpoint = _touchpoint(call, rest[0])
    wanted = _typeable((rest[1] if len(rest) > 1 else f"{touchpoint}_{metric}").casefold())
    key = _free_key(call.tx, wanted)
    if key != wanted and not call.arguments.get(AGAIN):
        draft = survey_drafts.get(call.tx, wanted) is not None
        options = [({"key": "command.survey_new.another", "args": {"survey": key}}, {**call.arguments, AGAIN: "yes"})]
        return call.ask(f"command.survey_new.{'draft_' if draft else ''}there", options, survey=wanted)
    made = template.model_copy(
        update={"key": key, "trigger": template.trigger.model_copy(update={"touchpoints": (touchpoint,)})}
    )
    made = _without_outcomes(made, template, touchpoint)
    if title:
        made = made.model_copy(update={"title": {**made.title, _language(title, call.language): title}})
    survey_drafts.save(call.tx, made, call.sender["id"], call.now)
    form = survey_forms.new(call, made, ())
    return survey_desk.opening(
        call,
        form,
        "command.survey_new.begun",
        survey=key,
        template={"key": f"metric.{metric}", "args": {}},
        touchpoint={"key": f"touchpoint.{touchpoint}", "args": {}},
        questions=len(made.questions),
        title=title,
    )


def _titled(about: str) -> tuple[str, str]:
    """What was written about a survey without its title, and the title: what stands in quotation marks."""
    quoted = _QUOTED.search(about)
    if quoted is None:
        return about, ""
    title = next(filter(None, quoted.groups()), "").strip()
    rest = f"{about[: quoted.start()]} {about[quoted.end() :]}".strip()
    return (rest, title) if rest else (title, "")


def _language(title: str, speaks: str) -> str:
    """The language a title is written in; signs that both ways of writing Chinese have are of the way of who writes."""
    if not _CHINESE.search(title):
        return speaks if speaks == "en" or not title.isascii() else "en"
    if replies.fold(title) != title.casefold():
        return "zh-TW"
    return "zh-TW" if speaks == "zh-TW" else "zh-CN"


def _without_outcomes(made: Survey, template: Survey, touchpoint: str) -> Survey:
    """The outcomes and stages of another touchpoint mean nothing at this one."""
    if touchpoint in template.trigger.touchpoints:
        return made
    return made.model_copy(update={"trigger": made.trigger.model_copy(update={"outcomes": (), "stages": ()})})


def _template(tx: Tx, metric: str) -> Survey | None:
    """The survey that came with the program under the name of the measure, as it was first; else any that has it."""
    if not metric:
        return None
    history = surveys.versions(tx, metric)
    if history:
        return surveys.at(tx, metric, history[-1]["version"])
    return next((live.survey for live in surveys.all_live(tx) if live.survey.metric == metric), None)


def _touchpoint(call: Call, word: str) -> str:
    """The code of a touchpoint that is named by its code or by what it is called in any language."""
    wanted = replies.fold(word)
    for code in _codes(call.tx):
        names = [code, *(wording.text(f"touchpoint.{code}", language) for language in wording.LANGUAGES)]
        if wanted in {replies.fold(name) for name in names}:
            return code
    return word.casefold()


def _codes(tx: Tx) -> list[str]:
    codes = [code for live in surveys.all_live(tx) for code in live.survey.trigger.touchpoints]
    codes += [code for team in teams.all(tx) for code in json.loads(team["touchpoints"]) if code != "*"]
    return list(dict.fromkeys(codes))


def _touchpoints(call: Call) -> list[dict[str, object]]:
    return [{"key": f"touchpoint.{code}", "args": {}} for code in _codes(call.tx)]


def _typeable(wanted: str) -> str:
    """A key as files and chats take it."""
    return (wanted if wanted.isascii() else f"survey_{wanted.rpartition('_')[2]}")[:LONGEST_KEY]


def _free_key(tx: Tx, wanted: str) -> str:
    key, number = wanted, 1
    while surveys.versions(tx, key) or survey_drafts.get(tx, key) is not None:
        number += 1
        key = f"{wanted[: LONGEST_KEY - 3]}_{number}"
    return key


def _same(word: str, known: tuple[str, ...]) -> bool:
    return replies.fold(word) in {replies.fold(each) for each in known}


COMMANDS = [
    Command(
        name="survey new",
        words={
            "en": ("survey new", "new survey", "survey create", "create survey"),
            "zh-CN": ("问卷 新建", "新建问卷", "创建问卷"),
            "zh-TW": ("問卷 新增", "新增問卷", "建立問卷"),
        },
        permission="edit_survey",
        run=new,
        arguments=(Argument("about_survey", rest=True, as_written=True),),
        examples={
            "en": ("survey new delivery csat", 'survey new delivery csat "After delivery"'),
            "zh-CN": ("问卷 新建 配送 满意度", "问卷 新建 配送 满意度「配送之后」"),
            "zh-TW": ("問卷 新增 配送 滿意度", "問卷 新增 配送 滿意度「配送之後」"),
        },
    )
]
