"""What somebody may see of a person: their own teams' matters, and of another team's no more than that there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import case_access, responses, teams

MOST = 1_000


class Viewer:
    """Somebody with roles, who looks at what was done with a person. Reads only.

    What is of no team is anybody's who may ask at all. With a case comes the interaction it is about.
    """

    def __init__(self, tx: Tx, viewer_id: str, person_id: str) -> None:
        self._tx = tx
        self._id = viewer_id
        self._roles = teams.roles_of(tx, viewer_id)
        self._teams: dict[tuple[str, str], str] = {}
        self.cases = tx.all("viewing.cases", person_id=person_id, most=MOST)
        self._worked = {case["interaction_id"] for case in self.cases if not self.hidden_case(case)}

    def hidden(self, row: Mapping[str, Any]) -> str:
        """The team, by name, whose matter something is, where it is not the viewer's; else ''.

        `row`: interaction_id, with the team_id and the touchpoint of the interaction.
        """
        if row["interaction_id"] and row["interaction_id"] in self._worked:
            return ""
        of = (row["team_id"] or "", row["touchpoint"] or "")
        if of not in self._teams:
            team_id = responses.team_of(self._tx, {"team_id": of[0], "touchpoint": of[1]})
            self._teams[of] = "" if may(self._roles, "see_person", team_id) else self._name(team_id)
        return self._teams[of]

    def hidden_case(self, case: Row) -> str:
        """The team, by name, that works on a case, where that is not theirs and it was not escalated to them."""
        return "" if case_access.allowed(self._tx, case, self._id) else self._name(case["team_id"])

    def _name(self, team_id: str) -> str:
        team = teams.get(self._tx, team_id) if team_id else None
        return str(team["name"]) if team else "–"


class Everyone(Viewer):
    """Whoever may see everything, such as a system with a token of the API."""

    def __init__(self, tx: Tx, person_id: str) -> None:
        super().__init__(tx, "", person_id)

    def hidden(self, row: Mapping[str, Any]) -> str:
        """Nothing is."""
        return ""

    def hidden_case(self, case: Row) -> str:
        """No case is."""
        return ""
