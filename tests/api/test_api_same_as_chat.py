"""What can be done to a case in chat can be done by API: the lists are held against each other."""

from __future__ import annotations

from cxbot.api import case_routes, incident_routes
from cxbot.transactions import grants, incidents
from handlers import cadences, commands, dispatch, goodwill, team
from handlers import incidents as storms
from handlers.admin import away, case_actions

CASES = {case_routes.action_of(name) for name in case_routes.ACTIONS}
BY_API = {
    "c:": (set(team.ACTIONS), CASES),
    grants.KEY: ({f"{each}_goodwill" for each in goodwill.DECISIONS}, CASES),
    storms.KEY: ({*incidents.ACTIONS, "undo"}, set(incident_routes.ACTIONS)),
}
"""Of each kind of buttons: what can be pressed, and what the API has."""
NOT_BY_API = {
    cadences.KEY: "it sets up surveys and touches no case",
    away.KEY: "it hands over one case after the other, as :hand-over does for each",
}
READ_ONLY = {
    "case": "GET /cases/{id}",
    "steps": "GET /cases/{id}/steps",
    "transcript": "GET /cases/{id}/transcript",
}


def test_every_kind_of_buttons_has_its_requests_or_a_reason():
    assert {key for key, _ in dispatch.BUTTONS} == {*BY_API, *NOT_BY_API}


def test_every_button_of_a_case_and_of_a_storm_is_a_request():
    for key, (pressed, requests) in BY_API.items():
        assert pressed - requests == set(), key


def test_every_request_is_a_button():
    pressed = set().union(*(buttons for key, (buttons, _) in BY_API.items() if key != storms.KEY))
    assert pressed == CASES


def test_every_command_on_a_case_is_a_request():
    by_code = [
        command.name
        for command in commands.known()
        if any(argument.like == case_actions.CODE or argument.name == "case" for argument in command.arguments)
    ]
    assert by_code
    missing = [name for name in by_code if name.replace(" ", "-") not in case_routes.ACTIONS and name not in READ_ONLY]
    assert missing == []
