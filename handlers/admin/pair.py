"""pair <member>: a one-time code with which a colleague is known at another address, where no directory knows them."""

from __future__ import annotations

from cxbot.domain.roles import covers
from cxbot.ports import Receipt
from cxbot.transactions import pairing, people, teams
from handlers import naming
from handlers.grammar import Argument, Call, Command


def pair(call: Call) -> Receipt:
    """Tells a code for a colleague to an admin alone."""
    if not call.alone:
        return call.say("refuse.in_private")
    wanted = call.arguments["member"]
    found = call.heavy(people.find, wanted)
    with_roles = [row for row in found if teams.roles_of(call.tx, row["id"])]
    unclear = naming.unclear(call, wanted, with_roles or found)
    if unclear is not None:
        return unclear
    if not with_roles:
        return call.say("command.pair.no_role", name=naming.told_apart(call.tx, found[0]))
    member = with_roles[0]
    if not covers(teams.roles_of(call.tx, call.sender["id"]), teams.roles_of(call.tx, member["id"])):
        return call.say("refuse.higher_role", name=member["name"])
    code = pairing.new_code()
    made = pairing.make(
        call.tx,
        code,
        call.now,
        person_id=member["id"],
        maker_id=call.sender["id"],
        channel=call.channel,
        address=call.address,
    )
    said = call.say("command.pair.code", name=member["name"], code=code, until=made["expires_at"])
    pairing.said(call.tx, made["id"], said.outbox_ids[0])
    return said


COMMANDS = [
    Command(
        name="pair",
        words={"en": ("pair",), "zh-CN": ("配对",), "zh-TW": ("配對",)},
        permission="edit_person",
        run=pair,
        arguments=(Argument("member", rest=True),),
        examples={"en": ("pair Ana",), "zh-CN": ("配对 小伟",), "zh-TW": ("配對 小偉",)},
    )
]
