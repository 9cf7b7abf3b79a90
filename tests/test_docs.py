"""The documents say what the code does: their tables are made from it, their examples run, what they name is there.

`WRITE_DOCS=1 make test ARGS=tests/test_docs.py` writes the generated tables anew.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from babel.messages.pofile import read_po

from cxbot.api import checks
from cxbot.api.bodies import InteractionBody
from cxbot.check import check_config, notices
from cxbot.cli import main
from cxbot.config import parse_config
from cxbot.domain import contact, conversation
from cxbot.domain.playbook import Playbook, Step, read_playbook
from cxbot.domain.roles import NEEDED, RANK
from cxbot.domain.survey import model as survey_model
from cxbot.domain.survey import read_survey
from cxbot.metrics import Metrics
from cxbot.ports import ChannelSpec, Inbound, Limits, Misconfigured, Outgoing, Receipt, Refused, Sent, TryLater
from cxbot.settings import HOME
from cxbot.store.migrate import migrations
from cxbot.transactions import deliveries, outbox
from cxbot.transfer import import_interactions
from cxbot.wording import LANGUAGES, text
from cxbot.wording.catalogue import messages
from cxbot.wording.catalogue import path as catalogue_path
from cxbot.wording.formatting import template
from handlers import commands
from handlers.grammar import Call, NotUnderstood, parse

DOCS = {path.relative_to(HOME).as_posix(): path for path in [*HOME.glob("*.md"), *sorted((HOME / "docs").glob("*.md"))]}
WHOLE = {name: path.read_text(encoding="utf-8") for name, path in DOCS.items()}
ALL = "\n".join(WHOLE.values())
MAKEFILE = (HOME / "Makefile").read_text(encoding="utf-8")
SCHEMA = "".join(step.sql for step in migrations())
EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n *```(\w+)\n(.*?)\n *```\n", re.DOTALL)
EXAMPLES = {name: body for name, _, body in EXAMPLE.findall(ALL)}
LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
PATH = re.compile(
    r"(?<![\w/.-])((?:cxbot|handlers|surveys|playbooks|tests|docs|requirements|bench|var)/[\w./*-]*|[\w.-]+\.(?:py|toml))"
)
CREATED = {"config.toml", "var/cxbot.db", "var/demo.db", "failed.py", "webhook.py", "returns.toml"}
"""What is named in the documents and made by whoever follows them."""
HTTP_ROOTS = ("api", "try", "s", "slack", "wechat", "wecom", "healthz", "readyz", "metrics", "webhook")
CHAT_COMMANDS = ("cx", "invite")
HOSTS = re.compile(
    r"(127\.0\.0\.1|localhost|host|([a-z]+\.)*example\.com|(api\.)?slack\.com|(api|qyapi|mp)\.weixin\.qq\.com|work\.weixin\.qq\.com)(:\d+)?"
)


# What is made from the code -------------------------------------------------------------------------------------------


def table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|').strip() for cell in line)} |" for line in lines)


def commands_table() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for command in commands.known():
            needed = NEEDED[command.permission]
            asked = "".join(f" {each.name}" if each.required else f" [{each.name}]" for each in command.arguments)
            words = [", ".join(f"`{phrase}`" for phrase in command.words[language]) for language in LANGUAGES]
            examples = [
                command.examples.get(language, command.words[language][:1])[-1].join("``") for language in LANGUAGES
            ]
            does = text(f"command.{command.key}.help", "en")
            yield f"`{command.name}`{asked}", does, needed, *words, "<br>".join(examples)

    return table("Command|What it does|Least role|English|简体中文|繁體中文|Examples", rows())


def settings_table() -> str:
    """Every setting as config.example.toml has it; another test keeps that file equal to the code."""

    def rows() -> Iterator[tuple[str, ...]]:
        section = ""
        for line in (HOME / "config.example.toml").read_text(encoding="utf-8").splitlines():
            plain = line.removeprefix("# ")
            if found := re.fullmatch(r"\[([a-z._]+)\]", plain):
                section = found[1]
            elif found := re.fullmatch(r"([a-z_]+) = (.*?)\s+# (.*)", plain):
                yield f"`{section}.{found[1]}`", f"`{found[2]}`", found[3]

    return table("Setting|Default|Meaning", rows())


def metrics_table() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for family in Metrics().registry.collect():
            name = f"{family.name}_total" if family.type == "counter" else family.name
            yield f"`{name}`", family.type, ", ".join(f"`{label}`" for label in labels(name)), family.documentation

    def labels(name: str) -> tuple[str, ...]:
        collector = Metrics().registry._names_to_collectors[name]
        found: tuple[str, ...] = collector._labelnames  # the exposition has them only once there is a value
        return found

    return table("Metric|Type|Labels|Meaning", rows())


def layers_table() -> str:
    contracts = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")

    def rows() -> Iterator[tuple[str, ...]]:
        for level, rooms in enumerate(layers, 1):
            named = re.sub(r"[()]", "", rooms)
            yield str(level), re.sub(r"[\w.]+", lambda room: f"`{room[0]}`", named)

    return table("Level|Rooms", rows())


GENERATED: dict[str, tuple[str, Callable[[], str]]] = {
    "commands": ("docs/commands.md", commands_table),
    "settings": ("docs/operating.md", settings_table),
    "metrics": ("docs/operating.md", metrics_table),
    "layers": ("docs/architecture.md", layers_table),
}


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_table_is_what_the_code_says(name: str):
    file, made = GENERATED[name]
    before, marker, rest = DOCS[file].read_text(encoding="utf-8").partition(f"<!-- generated: {name} -->\n")
    assert marker, f"{file} has no place for the table of {name}"
    stands, end, after = rest.partition("<!-- end -->")
    wanted = f"\n{made()}\n\n"
    if os.environ.get("WRITE_DOCS"):
        DOCS[file].write_text(before + marker + wanted + end + after, encoding="utf-8")
        return
    assert stands == wanted, f"run WRITE_DOCS=1 make test ARGS=tests/test_docs.py to write the table of {name} anew"


# What they name -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCS)
def test_every_relative_link_leads_somewhere(name: str):
    for target in LINK.findall(WHOLE[name]):
        if "://" in target:
            continue
        file, _, heading = target.partition("#")
        path = (DOCS[name].parent / file).resolve() if file else DOCS[name]
        assert path.exists(), f"{name}: {target}"
        if heading:
            titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


@pytest.mark.parametrize("name", DOCS)
def test_every_file_named_is_there(name: str):
    prose = EXAMPLE.sub("", WHOLE[name])
    for named in PATH.findall(prose):
        path = named.rstrip(".")
        if path in CREATED | set(EXAMPLES):
            continue
        found = any(HOME.glob(path)) or (HOME / path).exists()
        beside = "/" not in path and any(any((HOME / room).rglob(path)) for room in ("cxbot", "handlers", "tests"))
        assert found or beside, f"{name}: {named}"


def test_every_document_is_listed_in_the_readme():
    for name in DOCS:
        assert name == "README.md" or f"({name})" in WHOLE["README.md"], name


@pytest.mark.parametrize("name", DOCS)
def test_no_document_names_a_place_on_one_machine_or_a_host_that_is_no_example(name: str):
    for host in re.findall(r"\w+://(?:[^\s/@\"'`]+@)?([^\s/\"'`)]+)", WHOLE[name]):
        assert HOSTS.fullmatch(host), f"{name}: {host}"
    for first in re.findall(r"(?<![\w.:/}>…)<])/([\w.-]+)", WHOLE[name]):
        assert first in (*HTTP_ROOTS, *CHAT_COMMANDS), f"{name}: /{first}"


def test_every_make_target_named_exists_and_every_target_is_named():
    targets = set(re.findall(r"^([a-z./]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z./]+)", ALL, re.MULTILINE)) - {"and"}
    assert named <= targets, named - targets
    told = {name for name in targets if "/" not in name and "." not in name}
    assert told <= named, told - named


def bot_commands(group: click.Group = main, before: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    found: dict[tuple[str, ...], click.Command] = {}
    for name, command in group.commands.items():
        words = (*before, name)
        found |= bot_commands(command, words) if isinstance(command, click.Group) else {words: command}
    return found


def test_every_command_of_the_front_door_is_named_and_none_that_is_not_there():
    known = bot_commands()
    named: set[tuple[str, ...]] = set()
    for line in re.findall(r"bot\.py ([a-z][^`\n…]*)", ALL):
        words = shlex.split(line)
        match = max((each for each in known if tuple(words[: len(each)]) == each), key=len, default=())
        assert match or words[0] == "import", f"bot.py {line}"
        named.add(match)
        options = {option for each in known.get(match, click.Command("")).params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, f"bot.py {line}"
    assert set(known) <= named, set(known) - named


def test_every_requirement_is_explained_in_the_decisions():
    for file in ("run.in", "test.in"):
        for line in (HOME / "requirements" / file).read_text(encoding="utf-8").splitlines():
            if re.match(r"[a-z]", line):
                assert f"**{line.partition('[')[0]}**" in WHOLE["docs/decisions.md"], line


def test_every_state_and_reason_is_in_the_glossary():
    glossary = WHOLE["docs/glossary.md"]
    states = {state for group in re.findall(r"CHECK \((?:state|kind|confirm|via) IN\s*\((.*?)\)\)", SCHEMA, re.DOTALL)
              for state in re.findall(r"'(\w+)'", group)}  # fmt: skip
    for word in {*states, *contact.REASONS} - {"person", "team", "admin", "transactional", "relationship"}:
        assert f"`{word}`" in glossary, word
    for role in RANK:
        assert role in glossary, role


def test_every_table_of_the_store_is_looked_at_for_personal_data():
    section = WHOLE["docs/operating.md"].partition("## Where personal data is")[2]
    for name in re.findall(r"CREATE TABLE (\w+)", SCHEMA):
        assert f"`{name}`" in section, name


def test_every_room_is_in_the_architecture():
    architecture = WHOLE["docs/architecture.md"]
    for path in (HOME / "cxbot").iterdir():
        if path.name.startswith("__"):
            continue
        named = f"`cxbot/{path.name}{'/' if path.is_dir() else ''}`"
        assert named in architecture, named


def test_every_key_of_a_survey_is_explained():
    told = WHOLE["docs/adding-a-survey.md"]
    for part in (survey_model.Survey, survey_model.Trigger, survey_model.Detect):
        for name, field in part.model_fields.items():
            assert (field.alias or name) in told, f"{part.__name__}.{name}"


def test_every_event_named_as_stable_is_logged():
    named = re.findall(r"`(\w+)`", re.search(r"Names of events are stable: (.*?)\. ", WHOLE["docs/operating.md"])[1])
    code = "".join(path.read_text(encoding="utf-8") for path in (HOME / "cxbot").rglob("*.py"))
    assert [event for event in named if f'"{event}"' not in code] == []


def test_the_changelog_begins_with_this_version():
    version = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(r"^## (\S+?),", WHOLE["CHANGELOG.md"], re.MULTILINE)[1] == version


# What they show -------------------------------------------------------------------------------------------------------


def as_module(name: str, folder: Path) -> ModuleType:
    """An example saved as a file and imported, as it would be where it belongs."""
    file = folder / Path(name).name
    file.write_text(EXAMPLES[name] + "\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"example_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic looks its annotations up there
    spec.loader.exec_module(module)
    return module


def test_the_settings_in_the_readme_have_no_mistakes():
    config = parse_config(re.sub("^   ", "", EXAMPLES["config.toml"], flags=re.MULTILINE), "config.toml", {})
    assert check_config(config).mistakes == ()
    assert notices(config) == []


@pytest.mark.parametrize("name", ["slack", "wechat", "wecom"])
def test_the_settings_of_a_channels_page_have_no_mistakes(name: str):
    values = {
        "slack": {"BOT_TOKEN": "xoxb-1", "APP_TOKEN": "xapp-1"},
        "wechat": {"APP_SECRET": "a", "TOKEN": "abc", "AES_KEY": "a" * 42 + "A"},
        "wecom": {"SECRET": "a", "TOKEN": "abc", "AES_KEY": "a" * 42 + "A", "GROUP_WEBHOOKS": '{"delivery": "key"}'},
    }[name]
    told = {f"CXBOT_CHANNELS__{name.upper()}__{key}": value for key, value in values.items()}
    assert all(key in WHOLE[f"docs/{name}.md"] for key in told)
    assert check_config(parse_config(EXAMPLES[f"channels.{name}"], "config.toml", told)).mistakes == ()


def test_the_interaction_in_the_readme_is_one():
    body = re.search(r"-d '(\{.*?\})'", WHOLE["README.md"], re.DOTALL)[1]
    assert isinstance(checks.read_interaction(json.loads(body), 0, ("web",)), InteractionBody)


def test_the_commands_of_the_readme_are_understood():
    lines = re.search(r"<!-- commands -->\n```text\n(.*?)```", WHOLE["README.md"], re.DOTALL)[1].splitlines()
    assert len(lines) > 5
    for line in lines:
        assert not isinstance(parse(line, commands.known(), "en"), NotUnderstood), line


def test_the_survey_of_the_example_is_valid_and_asks_why_of_the_unhappy_only():
    survey = read_survey(EXAMPLES["surveys/returns.toml"], "returns.toml", limits=[Limits()])
    begun = conversation.begin(survey)
    unhappy = conversation.reply(survey, begun.progress, conversation.Said(text="2"))
    assert (begun.ask, unhappy.ask) == ("score", "why")
    assert conversation.reply(survey, begun.progress, conversation.Said(text="5")).done
    assert conversation.reply(survey, unhappy.progress, conversation.Said(text="1")).done


def test_the_playbook_of_the_example_is_valid_and_every_key_of_one_is_explained():
    playbook = read_playbook(EXAMPLES["playbooks/returns.toml"], "returns.toml")
    assert [step.id for step in playbook.steps_for("low")] == ["apologise", "refund", "follow_up"]
    assert playbook.steps_for("critical")[0].id == "call"
    for part in (Playbook, Step):
        for name in part.model_fields:
            assert f"`{name}`" in WHOLE["docs/adding-a-playbook.md"] or f"[[{name}]]" in ALL, name


async def test_the_interactions_of_the_example_are_imported(store, clock, tmp_path: Path):
    file = tmp_path / "interactions.csv"
    file.write_text(EXAMPLES["interactions.csv"], encoding="utf-8")
    report = await import_interactions(store, clock.clock, file, channels=("web",))
    assert (report.taken, report.bad) == (2, 0), report.bad_rows


def test_the_texts_of_the_commands_example_are_the_same_in_every_language():
    code = EXAMPLES["handlers/admin/failed.py"]
    used = set(re.findall(r"\"(command\.[a-z_.]+)\"", code)) | {"command.failed.help"}
    slots: set[Any] = set()
    for language in LANGUAGES:
        name = catalogue_path(language).relative_to(HOME).as_posix()
        catalogue = {each.id: each.string for each in read_po(EXAMPLES[name].splitlines()) if each.id}
        assert set(catalogue) == used, language
        assert not used & set(messages(language)), "the example is taken; choose another"
        slots.add(tuple((key, tuple(sorted(map(str, template(catalogue[key]).slots)))) for key in sorted(used)))
    assert len(slots) == 1


async def test_the_command_of_the_example_is_understood_and_answers(store, clock, tmp_path: Path):
    (command,) = as_module("handlers/admin/failed.py", tmp_path).COMMANDS
    known = [*commands.known(), command]
    for language in LANGUAGES:
        for phrase in (*command.words[language], *command.examples[language]):
            parsed = parse(phrase, known)
            assert not isinstance(parsed, NotUnderstood)
            assert (parsed.command.name, parsed.missing) == ("failed", "")
    assert command.permission in NEEDED

    def run(tx: Any, channel: str) -> list[tuple[str, dict[str, Any]]]:
        said: list[tuple[str, dict[str, Any]]] = []

        def say(key: str, **args: Any) -> Receipt:
            said.append((key, args))
            return Receipt()

        command.run(Call(tx, clock.now, {}, None, "en", {"channel": channel}, say, lambda query, *args: None))
        return said

    def fails(tx: Any) -> None:
        outbox.say(tx, clock.now, channel="web", address="customer:sam", language="en", key="customer.help")
        taken = deliveries.take(tx, "web", Limits(per_second=0), "w", clock.now, clock.machine, 60_000, 10)
        handed = [deliveries.Handed(each.row, Refused("too long"), "") for each in taken]
        deliveries.settle(tx, handed, "w", clock.now, clock.machine)

    assert await store.read(run, "") == [("command.failed.none", {})]
    await store.run(fails)
    ((key, args),) = await store.read(run, "web")
    assert (key, args["n"]) == ("command.failed.list", 1)
    assert args["lines"][0]["args"] == {"at": clock.now, "channel": "web", "reason": "too long"}


async def test_the_channel_of_the_example_sends_and_takes_what_people_do(tmp_path: Path):
    module = as_module("cxbot/channels/webhook.py", tmp_path)
    spec = module.CHANNEL
    assert isinstance(spec, ChannelSpec)
    values = tomllib.loads(EXAMPLES["channels.webhook"])["channels"][spec.name]
    answers, posted, done = iter([200, 401, 429, 503, 400]), [], []

    async def receive(request: web.Request) -> web.Response:
        posted.append((request.headers["Authorization"], await request.json()))
        return web.Response(status=next(answers))

    async def deliver(inbound: Inbound) -> Receipt:
        done.append(inbound)
        return Receipt(notice="Thank you")

    other, ours = web.Application(), web.Application()
    other.router.add_post("/", receive)
    async with TestServer(other) as receiver:
        channel = spec.build(spec.settings(**values | {"url": str(receiver.make_url("/"))}), None)
        channel.mount(ours)
        running = asyncio.create_task(channel.run(deliver))
        message = Outgoing("row-1", spec.name, "C-7", "How was it?")
        outcomes = [await channel.send(message) for _ in range(5)]
        assert [type(outcome) for outcome in outcomes] == [Sent, Misconfigured, TryLater, TryLater, Refused]
        assert posted[0] == (f"Bearer {values['token']}", json.loads(json.dumps(posted[0][1])))
        assert posted[0][1]["text"] == "How was it?"
        shown = re.search(r"-d '(\{.*?\})'", WHOLE["docs/adding-a-channel.md"])[1]
        headers = {"Authorization": f"Bearer {values['token']}"}
        async with TestClient(TestServer(ours)) as caller:
            answer = await caller.post("/webhook", data=shown, headers=headers)
            assert (answer.status, (await answer.json())["notice"]) == (200, "Thank you")
            assert (await caller.post("/webhook", data=shown)).status == 401
            assert (await caller.post("/webhook", data="{}", headers=headers)).status == 422
        running.cancel()
        await channel.close()
    assert [(each.channel, each.place, each.text) for each in done] == [("webhook", "C-7", "2, still not here")]
    assert isinstance(await asyncio.wait_for(_after_the_end(module, values, message), 30), TryLater)


async def _after_the_end(module: ModuleType, values: dict[str, str], message: Outgoing) -> Any:
    """Nobody listens there any more."""
    channel = module.build(module.Settings(**values | {"url": "http://127.0.0.1:9/"}), None)
    try:
        return await channel.send(message)
    finally:
        await channel.close()
