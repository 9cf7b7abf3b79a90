"""What runs for every answer, every round of delivery and every scrape must not walk through the history."""

from __future__ import annotations

import re
import sqlite3

import pytest

from cxbot.store import statements

TEXTS = statements.texts(statements.load(), psycopg=False)
HOT = ("outbox", "deliveries", "inbox", "invitations", "responses", "remarks", "audit", "timeline", "viewing")
ALSO = ("health.queue", "health.dead", "health.due_case", "health.due_invitation", "cases.of_response", "cases.due")
HISTORY = re.compile(
    r"SCAN (?:o|p|a|outbox|inbox|invitations|responses|answers|remarks|decisions|events|cases|people|addresses|r|i)"
    r"(?! USING (?:COVERING )?INDEX outbox_(?:held|sending|dead|unfinished))\b"
)


@pytest.fixture
def plans(sqlite_template):
    """The plans of a store that was never analysed, as every store of ours is."""
    connection = sqlite3.connect(sqlite_template)
    yield lambda text: [
        row[3]
        for row in connection.execute(
            f"EXPLAIN QUERY PLAN {text}", dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", text), 1)
        )
    ]
    connection.close()


@pytest.mark.parametrize("name", [name for name in TEXTS if name.split(".")[0] in HOT or name in ALSO])
def test_a_statement_on_the_hot_path_does_not_walk_through_the_history(plans, name):
    found = plans(TEXTS[name])
    assert not [step for step in found if HISTORY.match(step)]
    assert not [step for step in found if re.search(r"SEARCH \w+ USING INDEX outbox_by_place \(channel=\?\)", step)]
