from __future__ import annotations

from web_cast import SECRET

from cxbot.channels.web import CHANNEL, Settings
from cxbot.ports import Surroundings
from cxbot.transactions.channel_state import StoredState


async def test_surveys_are_measured_against_what_the_built_channel_can_do(store, clock):
    around = Surroundings(
        store, clock.clock, StoredState(store, "web"), SECRET, "https://cx.example", {"en": "Harbour"}
    )
    channel = CHANNEL.build(Settings(), around)
    assert CHANNEL.limits is channel.limits
    await channel.close()
