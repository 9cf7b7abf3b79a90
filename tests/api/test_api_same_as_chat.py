"""What can be done to a case, a storm or an improvement in chat can be done by API: the lists are held together."""

from __future__ import annotations

from cxbot.api import case_routes, improvement_routes, incident_routes
from cxbot.domain import improvements as rules
from cxbot.transactions import grants, improvement_card, improvement_requests, incidents
from handlers import approving, cadences, commands, dispatch, goodwill, improvements, team
from handlers import incidents as storms
from handlers.admin import away, case_actions, improve
from handlers.admin import storm as storm_typed

CASES = {case_routes.action_of(name) for name in case_routes.ACTIONS}
IMPROVEMENTS = {improvement_requests.PROPOSE, *improvement_routes.ACTIONS}
CALLED = {"new": improvement_requests.PROPOSE, **{f"to_{state}": "move" for state in rules.STATES}}
"""Buttons of improvements that are called otherwise as requests."""
BY_API = {
    "c:": (set(team.ACTIONS), CASES),
    grants.KEY: ({f"{each}_goodwill" for each in goodwill.DECISIONS}, CASES),
    storms.KEY: ({*incidents.ACTIONS, "undo"}, set(incident_routes.ACTIONS)),
    improvements.KEY: ({CALLED.get(each, each) for each in improvements.ACTIONS}, IMPROVEMENTS),
}
"""Of each kind of buttons: what can be pressed, and what the API has."""
NOT_BY_API = {
    cadences.KEY: "it sets up surveys and touches no case",
    away.KEY: "it hands over one case after the other, as :hand-over does for each",
    approving.KEY: "a second admin approves what is dangerous, and is no system",
}
READ_ONLY = {
    "case": "GET /cases/{id}",
    "steps": "GET /cases/{id}/steps",
    "transcript": "GET /cases/{id}/transcript",
}
TYPED = {
    "goodwill approve": "approve-goodwill",
    "goodwill refuse": "refuse-goodwill",
    "goodwill withdraw": "refuse-goodwill",
}
"""Commands on a case that are called otherwise as requests: whoever asked withdraws by refusing."""
READ_OF_IMPROVEMENTS = {"history": "GET /improvements/{id}/history"}


def test_every_kind_of_buttons_has_its_requests_or_a_reason():
    assert {key for key, _ in (*dispatch.READING_BUTTONS, *dispatch.BUTTONS)} == {*BY_API, *NOT_BY_API}


def test_every_button_is_a_request():
    for key, (pressed, requests) in BY_API.items():
        assert pressed - requests == set(), key


def test_every_request_is_a_button():
    on_cases = set().union(*(buttons for buttons, requests in BY_API.values() if requests is CASES))
    assert on_cases == CASES
    assert BY_API[improvements.KEY][0] == IMPROVEMENTS


def test_every_button_that_is_drawn_of_an_improvement_is_one_that_can_be_pressed():
    drawn = set()
    for state in rules.STATES:
        for telling in ("", "going", "stopping", "stopped", "over"):
            for begins in (0, 2):
                row = {"id": "I", "state": state, "tell_state": telling, "tell_from": begins}
                drawn |= {choice["key"].split(":")[1] for choice in improvement_card.choices(row, 1)}
    assert drawn | {"new"} == set(improvements.ACTIONS)


def test_every_command_on_a_case_is_a_request():
    by_code = [
        command.name
        for command in commands.known()
        if any(argument.like == case_actions.CODE or argument.name == "case" for argument in command.arguments)
    ]
    assert by_code
    called = {name: TYPED.get(name, name.replace(" ", "-")) for name in by_code if name not in READ_ONLY}
    missing = [name for name, request in called.items() if request not in case_routes.ACTIONS]
    assert missing == []


def test_every_typed_word_on_an_improvement_is_a_request():
    typed = {"move" if word in rules.STATES else word for word in improve.ACTIONS.values()}
    assert typed - IMPROVEMENTS == set(READ_OF_IMPROVEMENTS)


def test_every_button_of_a_storm_and_every_decision_on_goodwill_is_a_command():
    assert set(storm_typed.ACTIONS.values()) == BY_API[storms.KEY][0]
    names = {command.name for command in commands.known()}
    assert {f"goodwill {each}" for each in goodwill.DECISIONS} <= names
