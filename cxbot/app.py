"""The whole program: opens, seeds and joins all its parts in order, and closes them in the opposite one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from cxbot import api, attachments, inbound, links, wording
from cxbot.check import Checked, PlaybookFile, SurveyFile, check_config
from cxbot.clock import Audit, DueWork, Pruning
from cxbot.config import ConfigMistakes
from cxbot.delivery import Delivery
from cxbot.demo import Demo, seed_customers
from cxbot.demo import winding as demo_winding
from cxbot.discovery import channel_specs
from cxbot.metrics import Metrics
from cxbot.ports import Channel, Clock, Outcome, Sent, Store, Surroundings, Tx
from cxbot.server import Doors, Listener, make_application
from cxbot.settings import Config
from cxbot.store import open_store
from cxbot.transactions import channel_state, deliveries, health, openings, playbooks, settings, surveys, teams
from cxbot.transactions.channel_state import StoredState
from cxbot.transactions.deliveries import Taken
from handlers import dialogue

log = structlog.get_logger(__name__)

RESTART_SECONDS = 5.0
"""How long a part that failed rests before it is started again."""
SETTLE_SECONDS = 1.0


def machine_clock() -> Clock:
    """Both clocks are the machine's: what `run` uses."""

    def now() -> int:
        return time.time_ns() // 1_000_000

    return Clock(now=now, machine=now)


def seed(
    tx: Tx,
    config: Config,
    files: Sequence[SurveyFile],
    secret: str,
    now: int,
    books: Sequence[PlaybookFile] = (),
) -> tuple[str, list[str]]:
    """Takes over what the settings and files say; returns the secret that counts, and what changed or conflicts."""
    settings.put(tx, settings.COMPANY, config.company.model_dump())
    settings.put(tx, settings.CONTACT, config.contact.model_dump())
    settings.put(tx, settings.CADENCES, config.cadences.model_dump())
    settings.put(tx, settings.COMMANDS, config.commands.model_dump())
    lines = teams.seed(tx, config.seed.teams, now)
    openings.schedule(tx, now)
    owners = [
        {"channel": owner.channel, "address": owner.place, "name": owner.name, "language": owner.language}
        for owner in config.seed.owners
    ]
    lines += teams.seed_owners(tx, owners, now)
    for file in files:
        result = surveys.seed(tx, file.survey, file.seed_hash, now)
        if result == "kept":
            lines.append(f"survey {file.survey.key}: changed in chat and in {file.path.name}; what chat says counts")
        elif result != "same":
            lines.append(f"survey {file.survey.key}: {result}")
    lines += playbooks.seed(tx, [(file.playbook, file.seed_hash) for file in books], now)
    given = config.server.secret.get_secret_value()
    if not given:
        channel_state.swap(tx, "app", "secret", None, secret)
        given = str(channel_state.get(tx, "app", "secret"))
    return given, lines


def surroundings_of(config: Config, channel: str, store: Store, clock: Clock, **more: Any) -> Surroundings:
    """What a channel of these settings is built with; `more` are further fields."""
    company = {str(language): name for language, name in config.company.name.items()}
    return Surroundings(store=store, clock=clock, state=StoredState(store, channel), company=company, **more)


class Rehearsed(Exception):
    """Ends a rehearsal of `seed` so that nothing of it is kept; `lines` is what it would have said."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("rehearsed")
        self.lines = tuple(lines)


def rehearse(tx: Tx, config: Config, files: Sequence[SurveyFile], now: int, books: Sequence[PlaybookFile] = ()) -> None:
    """Tries `seed` out. Raises Rehearsed with what a start would change or finds changed in chat."""
    raise Rehearsed(seed(tx, config, files, "", now, books)[1])


class App:
    """The program as it runs. Made by `App.start`, ended by `stop`; `url` is where it listens."""

    def __init__(self, config: Config, store: Store, clock: Clock, demo: Demo | None) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.demo = demo
        self.metrics = Metrics()
        self.url = ""
        self.channels: dict[str, Channel] = {}
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._ready = False
        self._tasks: list[asyncio.Task[None]] = []
        self._committed = asyncio.Event()
        self._cleanup = contextlib.AsyncExitStack()
        self._cleanup.push_async_callback(store.close)
        store.on_commit(self._committed.set)

    @classmethod
    async def start(
        cls, config: Config, *, clock: Clock | None = None, port: int | None = None, demo: Demo | None = None
    ) -> App:
        """Starts everything; port 0 takes a free one. Raises ConfigMistakes, OSError where it cannot listen."""
        checked = await asyncio.to_thread(check_config, config)
        await asyncio.to_thread(wording.preload)
        if checked.mistakes:
            raise ConfigMistakes(checked.mistakes)
        clock = clock or (demo.clock.clock if demo else machine_clock())
        listening = _bind(config.server.host, config.server.port if port is None else port)
        try:
            app = cls(config, await open_store(config.store_url()), clock, demo)
        except BaseException:
            listening.close()
            raise
        try:
            await app._compose(listening, checked)
        except BaseException:
            listening.close()
            await app.stop()
            raise
        return app

    async def _compose(self, listening: socket.socket, checked: Checked) -> None:
        if self.demo is not None:
            await demo_winding.restore(self.demo.clock, self.store)
        now = self.clock.now()
        secret, lines = await self.store.run(
            seed, self.config, checked.surveys, secrets.token_urlsafe(32), now, checked.playbooks
        )
        if self.demo is not None:
            await self.store.run(seed_customers, self.demo.customers, now)
        for line in lines:
            log.info("seeded", what=line)
        host, port = listening.getsockname()[:2]
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 -- compared
        self.url = f"http://{shown}:{port}"
        self._build_channels(secret)
        limits = {name: channel.limits for name, channel in self.channels.items()}
        self.deliver = inbound.receive(self.store, self.clock, dialogue.handling(limits))
        self.delivery = Delivery(
            self.store,
            self.clock,
            self.channels,
            worker=self.worker,
            report=self._report,
            attach=attachments.make,
            link=partial(links.make_shown, secret, self.config.server.public_url or self.url),
        )
        self.due_work = DueWork(self.store, self.clock)
        self.audit = Audit(self.store, self.clock)
        self.pruning = Pruning(self.store, self.clock)
        listener = Listener(self._application(secret), listening)
        await listener.open()
        self._cleanup.push_async_callback(self._end_tasks)
        self._cleanup.push_async_callback(listener.close)
        for name, channel in self.channels.items():
            self._keep_running(f"channel:{name}", partial(channel.run, self.deliver))
        self._keep_running("delivery", self.delivery.run)
        self._keep_running("due_work", self.due_work.run)
        self._keep_running("audit", self.audit.run)
        self._keep_running("pruning", self.pruning.run)
        self._ready = True
        log.info("ready", channels=sorted(self.channels), at=self.url)

    def _build_channels(self, secret: str) -> None:
        for name, chosen in self.config.channels.items():
            surroundings = surroundings_of(
                self.config,
                name,
                self.store,
                self.clock,
                secret=secret,
                public_url=self.config.server.public_url or self.url,
                demo=self.demo is not None,
                refused=partial(self.metrics.refused, name),
            )
            channel = channel_specs()[name].build(chosen, surroundings)
            self.channels[name] = channel
            self._cleanup.push_async_callback(channel.close)

    def _application(self, secret: str) -> web.Application:
        doors = Doors(
            store=self.store,
            clock=self.clock,
            metrics=self.metrics,
            channels=tuple(self.channels),
            stopped=lambda: {name: stopped.what_to_do for name, stopped in self.delivery.stopped.items()},
            ready=lambda: self._ready,
        )
        application = make_application(self.config.server, doors)
        link = partial(links.page_of, secret, self.config.server.public_url or self.url)
        api.mount(application, self.store, self.clock, channels=tuple(self.channels), link=link)
        for channel in self.channels.values():
            channel.mount(application)
        if self.demo is not None:
            with warnings.catch_warnings():
                # The web channel looks these up by name, for a channel cannot import the app's own keys.
                warnings.simplefilter("ignore", web.NotAppKeyWarning)
                application["wind"] = self.wind
                application["next_morning"] = self.until_morning
        return application

    async def settle(self) -> None:
        """Does what is due and delivers what may leave, until nothing of it is left at the present business time."""
        while True:
            self._committed.clear()
            if await self.due_work.drain(self.clock.now()) + await self.delivery.drain():
                continue
            machine = self.clock.machine()
            resting = {name for name, stopped in self.delivery.stopped.items() if stopped.until > machine}
            channels = [name for name in self.channels if name not in resting]
            if not await self.store.read(_unsettled, self.worker, channels, self.clock.now(), machine):
                return
            with contextlib.suppress(TimeoutError):  # the loop has it in flight: its commit wakes us
                await asyncio.wait_for(self._committed.wait(), SETTLE_SECONDS)

    async def wind(self, ms: int) -> int:
        """Winds the demo's clock forward; returns the new business time. Raises ValueError without a demo."""
        if self.demo is None:
            raise ValueError("only the demo's clock can be wound")
        return await demo_winding.wind(self.demo.clock, self.store, self.settle, ms)

    async def until_morning(self) -> int:
        """How many ms until a team's next working morning."""
        return await self.store.read(demo_winding.until_morning, self.clock.now())

    async def serve(self) -> None:
        """Goes on until it is cancelled, then stops."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Takes nothing new, finishes what is in flight, then closes channels and store. Again does nothing."""
        self._ready = False
        await self._cleanup.aclose()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep_running(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            while True:
                try:
                    await work()
                except Exception:
                    log.exception("part_failed", part=name)
                    await asyncio.sleep(RESTART_SECONDS)
                else:
                    return

        self._tasks.append(asyncio.create_task(run(), name=name))

    def _report(self, channel: str, outcome: Outcome, taken: Taken) -> None:
        self.metrics.sent(channel, outcome)
        if isinstance(outcome, Sent) and taken.row["kind"] == "card" and not taken.row["replaces"]:
            self.metrics.alerted(self.clock.now() - int(taken.row["created_at"]))


def _unsettled(tx: Tx, worker: str, channels: Sequence[str], now: int, machine: int) -> bool:
    """Whether a message is in flight or may leave; one look, for between two the loop may have begun with the next."""
    return health.in_flight(tx, worker) or any(deliveries.look(tx, each, now, machine) for each in channels)


def _bind(host: str, port: int) -> socket.socket:
    """A socket bound before anything else is opened, so that a port in use is known at once."""
    family, kind, protocol, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except BaseException:
        bound.close()
        raise
    return bound
