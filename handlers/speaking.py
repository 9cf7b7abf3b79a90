"""How a command is answered: in one language and time zone, a page at a time, with options to choose from by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxbot import wording
from cxbot.ports import Inbound, Limits, Receipt, Tx
from cxbot.transactions import command_turns, outbox
from cxbot.transactions.command_turns import Seat

KEY = "q:"
"""How the key of an option begins that is to be chosen: `q:<id>:<number>`."""
PAGE_BYTES = 4_000
"""Bytes of a page where the channel takes more: what is longer is not read in a chat."""
ROOM = 48
"""Bytes left free on a channel that counts them, for what it may add."""
MOST_OPTIONS = 9


@dataclass(frozen=True, slots=True)
class Speaker:
    """Answers one message of somebody who gives a command."""

    tx: Tx
    inbound: Inbound
    now: int
    language: str
    zone: str
    can: Limits

    @property
    def seat(self) -> Seat:
        """Who is spoken to, and where."""
        return Seat.of(self.inbound)

    def say(self, key: str, **args: Any) -> Receipt:
        """Answers where the command was given, or the sender alone where it was given in private."""
        if self.inbound.place == self.inbound.sender and not args.get("listed"):
            self._take_numbers(args.get("choices") or ())
        elif args.get("awaited") and self.can.forms:
            self._keep_asked([])
        return self._told(self.inbound.sender if self.inbound.private else "", key, args, aside=False)

    def aside(self, key: str, **args: Any) -> Receipt:
        """Answers the sender alone."""
        return self._told(
            "" if self.inbound.place == self.inbound.sender else self.inbound.sender, key, args, aside=True
        )

    def ask(
        self, key: str, options: Sequence[Mapping[str, Any]], *, lacking: Mapping[str, Any] | None = None, **args: Any
    ) -> Receipt:
        """Lists options by number, each with a `label` and what is done when it is chosen, and waits for the number.

        Where the word for it is as good, `lacking` is the command, its arguments and which one is missing.
        """
        shown = options[:MOST_OPTIONS]
        turn_id = self.tx.new_id()
        body = {"options": shown, "language": self.language, "private": self.inbound.private, **(lacking or {})}
        command_turns.keep(self.tx, self.seat, "asked", turn_id, body, self.now)
        lines: list[dict[str, Any]] = [
            {"key": "command.option", "args": {"n": n, "label": each["label"]}} for n, each in enumerate(shown, 1)
        ]
        if len(options) > len(shown):
            lines.append({"key": "command.more", "args": {"n": len(options) - len(shown)}})
        choices = [{"key": f"{KEY}{turn_id}:{n}", "label": lines[n - 1]} for n in range(1, len(shown) + 1)]
        return self.say(key, lines=lines, choices=choices, listed=True, **args)

    def wait_for(self, command: str, given: Mapping[str, str], missing: str) -> None:
        """Waits for an argument that was missing, and keeps what was given."""
        body = {
            "command": command,
            "arguments": dict(given),
            "missing": missing,
            "language": self.language,
            "private": self.inbound.private,
        }
        command_turns.keep(self.tx, self.seat, "asked", self.tx.new_id(), body, self.now)

    def _take_numbers(self, choices: Sequence[Mapping[str, Any]]) -> None:
        """What can be pressed may come in words with a number before each: the number is as good as the press."""
        options = [
            {"label": each["label"], "press": each["key"]} for each in choices if self.can.forms or not each.get("form")
        ]
        if options:
            self._keep_asked(options)

    def _keep_asked(self, options: Sequence[Mapping[str, Any]]) -> None:
        """Waits for one of the options, or for "cancel"."""
        body = {"options": options, "language": self.language, "private": self.inbound.private}
        command_turns.keep(self.tx, self.seat, "asked", self.tx.new_id(), body, self.now)

    def _told(self, only_for: str, key: str, args: Mapping[str, Any], *, aside: bool) -> Receipt:
        args = {"zone": self.zone, **args}
        page, rest = self._page(key, args)
        if rest:
            body = {"lines": rest, "zone": args["zone"], "language": self.language, "aside": aside}
            body["private"] = self.inbound.private
            command_turns.keep(self.tx, self.seat, "page", self.tx.new_id(), body, self.now)
        row = outbox.say(
            self.tx,
            self.now,
            channel=self.inbound.channel,
            address=self.inbound.place,
            language=self.language,
            key=key,
            args=page,
            only_for=only_for,
        )
        return Receipt(outbox_ids=(row,))

    def _page(self, key: str, args: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Any]]:
        """As many of the lines as one message holds, and those that are left for the next."""
        lines = args.get("lines")
        most = min(PAGE_BYTES, self.can.text_bytes - ROOM) if self.can.text_bytes else min(PAGE_BYTES, self.can.text)
        if not isinstance(lines, list) or "choices" in args or self._bytes(key, args) <= most:
            return args, []
        fits, too_many = 1, len(lines)
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            if self._bytes(key, _first(args, lines, middle)) <= most:
                fits = middle
            else:
                too_many = middle
        return (_first(args, lines, fits), lines[fits:]) if len(lines) > 1 else (args, [])

    def _bytes(self, key: str, args: Mapping[str, Any]) -> int:
        return len(wording.text(key, self.language, **{**args, "now": self.now}).encode())


def _first(args: Mapping[str, Any], lines: Sequence[Any], n: int) -> dict[str, Any]:
    more = {"key": "command.next_page", "args": {"n": len(lines) - n}}
    return {**args, "lines": [*lines[:n], more]}
