"""A code that somebody sends to say who they are at this address; it comes before anything a text may answer."""

from __future__ import annotations

from cxbot import wording
from cxbot.domain import pairing as codes
from cxbot.domain.roles import RANK
from cxbot.ports import Inbound, Receipt, Row, Tx
from cxbot.transactions import membership, outbox, pairing, people, settings, teams
from handlers import naming


def code_in(inbound: Inbound) -> str:
    """The code in a message that is nothing else, from a conversation of two; '' for every other message."""
    if inbound.kind != "text" or inbound.place != inbound.sender:
        return ""
    return codes.read(inbound.text)


def take(tx: Tx, sender: Row, code: str, inbound: Inbound, now: int) -> Receipt:
    """Uses the code, and tells both sides: the one who sent it, and the one who made it."""
    result = pairing.redeem(tx, code, inbound.channel, inbound.sender, now)
    company = settings.company(tx)
    language = sender["language"] or wording.negotiate(inbound.language or company.language)
    zone = people.zone(sender, company.time_zone)
    if isinstance(result, pairing.NotPaired):
        args = {"left": result.left, "until": result.until, "zone": zone}
        return Receipt((_say(tx, now, inbound.channel, inbound.place, language, f"pairing.{result.reason}", args),))
    person = result.person
    said = _say(tx, now, inbound.channel, inbound.place, language, "pairing.paired", {"name": person["name"]})
    args = {"name": person["name"], "channel": inbound.channel, "address": inbound.sender}
    for channel, address, reader in _others(tx, result, inbound):
        _say(tx, now, channel, address, reader or company.language, "pairing.told", args)
    return Receipt((said,))


def make(tx: Tx, code: str, who: str, team_id: str, now: int) -> Row | str:
    """Keeps a code that the operator wants, for a colleague or for a role; a text says why it cannot be.

    The row has `name`, whom it is for, and `expires_at`.
    """
    if team_id and teams.get(tx, team_id) is None:
        return f"there is no team {team_id}; there are: {', '.join(row['id'] for row in teams.all(tx)) or 'none'}"
    if who in RANK:
        where = f"of team {team_id}" if team_id else "everywhere"
        return {**pairing.make(tx, code, now, team_id=team_id, role=who), "name": f"a new {who} {where}"}
    found = people.find(tx, who)
    members = [row for row in found if teams.roles_of(tx, row["id"])]
    if len(members) == 1:
        return {**pairing.make(tx, code, now, person_id=members[0]["id"]), "name": naming.told_apart(tx, members[0])}
    if members:
        return (
            f"several fit {who}: {', '.join(naming.told_apart(tx, row) for row in members)}; write what is in brackets"
        )
    if found:
        return f"{who} has no role; name the role instead: {', '.join(RANK)}"
    return f"nobody is called {who}, and it is no role; there are the roles {', '.join(RANK)}"


def make_first_owner(tx: Tx, code: str, now: int) -> Row | str:
    """Keeps a code for the first owner of everything; a text says that there is one already."""
    if membership.has_owner(tx):
        return "there is an owner already; an owner makes others with the command: role NAME owner everywhere"
    return pairing.make(tx, code, now, team_id=teams.EVERYWHERE, role="owner")


def _others(tx: Tx, paired: pairing.Paired, inbound: Inbound) -> list[tuple[str, str, str]]:
    """Who else hears of it, with their language: who made the code, and the person where they were known before."""
    told: dict[tuple[str, str], str] = {}
    maker = people.get(tx, paired.code["maker_id"])
    if maker is not None and paired.code["address"]:
        told[paired.code["channel"], paired.code["address"]] = maker["language"]
    if paired.before is not None:
        told.setdefault((paired.before["channel"], paired.before["address"]), paired.person["language"])
    told.pop((inbound.channel, inbound.sender), None)
    return [(*address, language) for address, language in told.items()]


def _say(tx: Tx, now: int, channel: str, address: str, language: str, key: str, args: dict[str, object]) -> str:
    return outbox.say(tx, now, channel=channel, address=address, language=language, key=key, args=args)
