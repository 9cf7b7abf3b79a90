from __future__ import annotations

import asyncio
import threading

import pytest

from cxbot.store import StoreClosed, StoreError


def put(tx, name, value="1"):
    tx.run("probe.put", name=name, value=value)
    return name


def bump(tx, band, n=1, fail=False):
    tx.bump(("2025-11-20", "ticket", "nps", 1, "nps", "support", band, 9), n)
    if fail:
        raise ValueError(band)


def names(tx):
    return [row["name"] for row in tx.all("probe.every")]


def rollups(tx):
    return {row["band"]: row["n"] for row in tx.all("probe.rollups")}


class Gate:
    """Holds the writer inside a transaction, so that what is submitted meanwhile becomes one batch."""

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.go = threading.Event()

    def __call__(self, tx):
        self.inside.set()
        assert self.go.wait(10)


async def together(store, *calls):
    """Runs the calls as one batch; returns their results or exceptions, in order."""
    gate = Gate()
    first = asyncio.ensure_future(store.run(gate))
    await asyncio.to_thread(gate.inside.wait)
    tasks = [asyncio.ensure_future(store.run(*call)) for call in calls]
    await asyncio.sleep(0)
    gate.go.set()
    await first
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_result_comes_after_its_commit(probe):
    assert await probe.run(put, "a") == "a"
    assert await probe.read(names) == ["a"]


async def test_waiting_transactions_share_one_commit(probe):
    commits = []
    probe.on_commit(lambda: commits.append(1))
    assert await together(probe, *((put, f"n{i}") for i in range(20))) == [f"n{i}" for i in range(20)]
    assert len(commits) == 2  # the gate's own, and one for the twenty
    assert len(await probe.read(names)) == 20


async def test_a_failing_member_leaves_the_others_whole(probe):
    def half(tx):
        put(tx, "half")
        raise ValueError("no")

    a, failed, b = await together(probe, (put, "a"), (half,), (put, "b"))
    assert (a, b) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert await probe.read(names) == ["a", "b"]


async def test_a_member_sees_what_the_one_before_it_did(probe):
    assert (await together(probe, (put, "a"), (names,)))[1] == ["a"]


async def test_rollups_are_summed_and_dropped_with_their_member(probe):
    await probe.run(bump, "promoter", 5)
    calls = [(bump, "promoter")] * 3 + [(bump, "passive", 1, True), (bump, "detractor", 2), (bump, "promoter", -1)]
    results = await together(probe, *calls)
    assert isinstance(results[3], ValueError)
    assert await probe.read(rollups) == {"detractor": 2, "promoter": 7}


async def test_a_sum_is_a_whole_number_on_both_engines(probe):
    await together(probe, (bump, "a"), (bump, "b", 2))
    total = await probe.read(lambda tx: tx.one("probe.total"))
    assert total == {"n": 3}
    assert type(total["n"]) is int


async def test_a_transaction_that_swallowed_an_error_is_not_committed(probe):
    def swallow(tx):
        put(tx, "before")
        try:
            tx.one("probe.broken")
        except Exception:  # noqa: BLE001 -- of either driver
            return "as if nothing had happened"

    results = await together(probe, (put, "a"), (swallow,), (put, "b"))
    assert isinstance(results[1], Exception)
    assert await probe.read(names) == ["a", "b"]


async def test_nothing_runs_in_a_transaction_after_an_error(probe):
    def go_on(tx):
        try:
            tx.one("probe.broken")
        except Exception:  # noqa: BLE001 -- of either driver
            put(tx, "after")

    with pytest.raises(StoreError, match="nothing more can be run"):
        await probe.run(go_on)
    assert await probe.read(names) == []


async def test_a_conflict_is_run_again_with_the_same_arguments(probe):
    await probe.run(put, "taken")
    seen = []

    def settle(tx, name, *, now):
        seen.append((name, now))
        put(tx, "taken" if len(seen) == 1 else "free")

    await probe.run(settle, "x", now=7)
    assert seen == [("x", 7), ("x", 7)]
    assert await probe.read(names) == ["free", "taken"]


async def test_a_lasting_conflict_is_told(probe):
    await probe.run(put, "taken")
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await probe.run(put, "taken")


async def test_a_cancelled_caller_does_not_cancel_the_transaction(probe):
    gate = Gate()
    first = asyncio.ensure_future(probe.run(gate))
    await asyncio.to_thread(gate.inside.wait)
    task = asyncio.ensure_future(probe.run(put, "a"))
    await asyncio.sleep(0)
    task.cancel()
    gate.go.set()
    await first
    with pytest.raises(asyncio.CancelledError):
        await task
    await probe.run(names)
    assert await probe.read(names) == ["a"]


async def test_a_listener_that_fails_costs_the_others_nothing(probe):
    called = []

    def broken():
        raise RuntimeError

    probe.on_commit(broken)
    probe.on_commit(lambda: called.append(1))
    await probe.run(put, "a")
    assert called == [1]


async def test_a_failed_transaction_wakes_nobody(probe):
    called = []
    probe.on_commit(lambda: called.append(1))
    with pytest.raises(ValueError, match="a"):
        await probe.run(bump, "a", 1, True)
    assert called == []


async def test_close_finishes_what_was_submitted(probe):
    gate = Gate()
    first = asyncio.ensure_future(probe.run(gate))
    await asyncio.to_thread(gate.inside.wait)
    tasks = [asyncio.ensure_future(probe.run(put, f"n{i}")) for i in range(5)]
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(probe.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreClosed):
        await probe.run(put, "late")
    gate.go.set()
    await first
    assert await asyncio.gather(*tasks) == [f"n{i}" for i in range(5)]
    await closing
    with pytest.raises(StoreClosed):
        await probe.read(names)
    await probe.close()


async def test_a_read_changes_nothing(probe):
    await probe.run(put, "a")
    with pytest.raises(StoreError, match=r"submit it with store\.run"):
        await probe.read(put, "b")
    with pytest.raises(StoreError, match="rollup"):
        await probe.read(bump, "a")
    with pytest.raises(StoreError, match="new id"):
        await probe.read(lambda tx: tx.new_id())
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await probe.read(lambda tx: tx.all("probe.change_returning", value="2"))
    assert await probe.read(names) == ["a"]


async def test_a_read_sees_one_snapshot(probe):
    between, go = threading.Event(), threading.Event()

    def twice(tx):
        before = names(tx)
        between.set()
        assert go.wait(10)
        return before, names(tx)

    reading = asyncio.ensure_future(probe.read(twice))
    await asyncio.to_thread(between.wait)
    await probe.run(put, "a")
    go.set()
    assert await reading == ([], [])


async def test_an_exception_no_future_takes_is_still_told(probe):
    def stop(tx):
        raise StopIteration

    with pytest.raises(RuntimeError):
        await probe.run(stop)
    with pytest.raises(RuntimeError):
        await probe.read(stop)
    assert await probe.run(put, "a") == "a"


async def test_ids_are_injected(probe):
    assert await probe.run(lambda tx: (tx.new_id(), tx.new_id())) == (f"{1:026}", f"{2:026}")


async def test_new_ids_sort_as_they_were_made(store):
    made = await store.run(lambda tx: [tx.new_id() for _ in range(5_000)])
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {26}


async def test_commit_delay_is_slept_between_commit_and_answer(store_url, probe_statements):
    from cxbot.store import open_store

    loop = asyncio.get_running_loop()
    slow = await open_store(store_url, statements=probe_statements, commit_delay=0.05)
    before = loop.time()
    await slow.run(put, "a")
    assert loop.time() - before >= 0.05
    await slow.close()
