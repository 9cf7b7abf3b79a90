"""help: what this person may do, a line a topic; help <topic>: each with what it does; help <command>: all of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot import wording
from cxbot.domain.roles import NEEDED, Action, may
from cxbot.ports import Receipt
from cxbot.transactions import teams
from cxbot.wording import LANGUAGES
from handlers import commands
from handlers.grammar import Argument, Call, Command, NotUnderstood, parse, tidy

TOPICS = ("cases", "figures", "people", "surveys", "cadences", "teams", "state", "bot")
"""The headings, in the order in which they are shown."""
ALSO = {"survey": "surveys", "cadence": "cadences"}
"""Other words for a topic."""
MOST_USED: Mapping[str, tuple[str, ...]] = {
    "surveys": (
        "surveys",
        "survey show",
        "survey new",
        "survey edit",
        "survey preview",
        "survey publish",
        "survey schedule",
        "survey pause",
        "survey resume",
    ),
}
"""What is explained of a topic that has too many commands for one message; the others are named."""
TOPIC_OF: Mapping[Action, str] = {
    "read": "cases",
    "work_case": "cases",
    "report": "figures",
    "export": "figures",
    "see_person": "people",
    "see_profile": "people",
    "edit_person": "people",
    "edit_survey": "surveys",
    "edit_team": "teams",
    "see_state": "state",
    "operate": "state",
}
"""Where a command belongs that does not say so itself."""


def show(call: Call) -> Receipt:
    """Lists the commands this person may give, of all topics or of the one that is named, or explains the one named."""
    wanted = call.arguments.get("command", "").strip()
    mine = _mine(call)
    if not wanted:
        return call.say("command.help.list", lines=[_topic_line(call, topic, of) for topic, of in mine.items()])
    named = _topic_named(wanted)
    if named in mine:
        return _of_topic(call, named, mine[named])
    parsed = parse(wanted, commands.known(), call.language)
    if not isinstance(parsed, NotUnderstood):
        return _explained(call, parsed.command)
    options = [(each, {"command": each}) for each in parsed.nearest]
    if not options:
        return call.say("command.help.unknown", words=wanted)
    return call.ask("command.help.which", options, words=wanted)


def _of_topic(call: Call, topic: str, of_topic: Sequence[Command]) -> Receipt:
    """The commands of a topic with what each does; of very many the most used, and the others by their words."""
    used = MOST_USED.get(topic, ())
    shown = [each for each in of_topic if each.name in used or not used]
    lines = [_line(call, each) for each in shown]
    others = [_words(call, each) for each in of_topic if each not in shown]
    if others:
        more = {"words": others, "example": others[0]}
        lines.append({"key": "command.help.others", "args": more})
    return call.say("command.help.topic", topic=_title(topic), lines=lines)


def _words(call: Call, command: Command) -> str:
    return (command.words.get(call.language) or command.words["en"])[0]


def _mine(call: Call) -> dict[str, list[Command]]:
    """What this person may do here, by topic."""
    roles = teams.roles_of(call.tx, call.sender["id"])
    team_id = call.team["id"] if call.team else ""
    mine = [each for each in commands.known() if may(roles, each.permission, team_id)]
    # What can be asked without naming anything comes first: the lists.
    mine.sort(key=lambda each: any(argument.required for argument in each.arguments))
    by_topic = {topic: [each for each in mine if _topic(each) == topic] for topic in TOPICS}
    return {topic: of_topic for topic, of_topic in by_topic.items() if of_topic}


def _topic_named(words: str) -> str:
    """The topic that is meant, by its name in any language; '' where none is."""
    if tidy(words) in ALSO:
        return ALSO[tidy(words)]
    for topic in TOPICS:
        if tidy(words) in {topic, *(tidy(wording.text(f"command.help.topic.{topic}", each)) for each in LANGUAGES)}:
            return topic
    return ""


def _title(topic: str) -> dict[str, Any]:
    return {"key": f"command.help.topic.{topic}", "args": {}}


def _topic_line(call: Call, topic: str, of_topic: Sequence[Command]) -> dict[str, Any]:
    words = [_words(call, each) for each in of_topic]
    return {"key": "command.help.of_topic", "args": {"topic": _title(topic), "words": words}}


def _topic(command: Command) -> str:
    topic = command.topic or TOPIC_OF.get(command.permission, "bot")
    return topic if topic in TOPICS else "bot"


def _line(call: Call, command: Command) -> dict[str, Any]:
    does = {"key": f"command.{command.key}.help", "args": {}}
    return {"key": "command.help.line", "args": {"example": _examples(call, command)[0], "does": does}}


def _examples(call: Call, command: Command) -> Sequence[str]:
    given = command.examples.get(call.language) or command.examples.get("en")
    return given or (command.words.get(call.language) or command.words["en"])[:1]


def _explained(call: Call, command: Command) -> Receipt:
    arguments = [
        {
            "key": "command.help.argument" if each.required else "command.help.optional",
            "args": {"argument": {"key": f"command.argument.{each.name}", "args": {}}},
        }
        for each in command.arguments
    ]
    words = command.words.get(call.language) or command.words["en"]
    others = (*command.words["en"], *command.words["zh-CN"], *command.words["zh-TW"])
    return call.say(
        "command.help.page",
        command=words[0],
        does={"key": f"command.{command.key}.help", "args": {}},
        arguments=arguments,
        also=list(dict.fromkeys(each for each in others if each != words[0])),
        role={"key": f"role.{NEEDED[command.permission]}", "args": {}},
        lines=[{"key": "command.help.example", "args": {"example": each}} for each in _examples(call, command)],
    )


COMMANDS = [
    Command(
        name="help",
        words={"en": ("help", "commands"), "zh-CN": ("帮助", "命令"), "zh-TW": ("幫助", "說明", "指令")},
        permission="read",
        run=show,
        arguments=(Argument("command", required=False, rest=True),),
        examples={
            "en": ("help", "help cases", "help claim"),
            "zh-CN": ("帮助", "帮助 服务单", "帮助 认领"),
            "zh-TW": ("幫助", "幫助 案件", "幫助 認領"),
        },
        topic="bot",
    )
]
