from __future__ import annotations

from world import SAM

from cxbot.ports import Field, Form, Inbound, Media, Receipt
from cxbot.transactions import inbox

NOW, MACHINE = 1_763_604_000_000, 1_763_605_000_000
HELLO = Inbound(id="1", channel="web", place=SAM, sender=SAM, kind="text", text="hello")
FORM = Form(
    key="c:resolve:1",
    title="Resolve",
    fields=(
        Field("root_cause", "Root cause", "choice", (("waiting", "Waited too long"), ("other", "Else"))),
        Field("done", "Done", "long_text", value="so far", error="required"),
    ),
    submit="Send",
)


async def test_a_message_is_seen_once_per_channel(world):
    assert await world.store.run(inbox.see, HELLO, NOW, MACHINE)
    assert not await world.store.run(inbox.see, HELLO, NOW + 1, MACHINE + 1)
    other = Inbound(id="1", channel="slack", place="U1", sender="U1", kind="text", text="hello")
    assert await world.store.run(inbox.see, other, NOW, MACHINE)
    row = await world.the("inbox", channel="web")
    assert (row["words"], row["received_at"], row["arrived_at"]) == ("hello", NOW, MACHINE)


async def test_media_without_words_is_named_by_its_kind(world):
    media = Inbound(id="2", channel="web", place=SAM, sender=SAM, kind="media", media=Media("image", name="box.jpg"))
    await world.store.run(inbox.see, media, NOW, MACHINE)
    assert (await world.the("inbox"))["words"] == "image:box.jpg"


async def test_the_receipt_comes_back_as_it_was_and_says_that_it_is_a_repeat(world):
    receipt = Receipt(("a", "b"), FORM, "已由小伟认领")

    def first(tx):
        inbox.see(tx, HELLO, NOW, MACHINE)
        inbox.keep(tx, HELLO, receipt)

    await world.store.run(first)
    kept = await world.store.read(inbox.kept, HELLO)
    assert kept == Receipt(receipt.outbox_ids, receipt.form, receipt.notice, repeated=True)


async def test_a_message_that_led_to_nothing_is_still_a_repeat(world):
    await world.store.run(inbox.see, HELLO, NOW, MACHINE)
    assert await world.store.read(inbox.kept, HELLO) == Receipt(repeated=True)


async def test_words_can_be_forgotten_while_the_message_stays_seen(world):
    await world.store.run(inbox.see, HELLO, NOW, MACHINE)
    await world.store.run(inbox.forget_words, HELLO)
    assert (await world.the("inbox"))["words"] == ""
    assert not await world.store.run(inbox.see, HELLO, NOW, MACHINE)
