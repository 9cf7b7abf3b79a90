"""Stores as they are after a year of answers: filled inside the database, from a seed, the same on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.company import START, TOUCHPOINTS
from bench.engines import Bulk

DAY_MS = 24 * 60 * 60 * 1000
DAYS = 364
"""The answers come in this many days up to the start: 52 weeks."""
SEED = 20_350_102
ANSWERS_A_PERSON = 10

_PERSON = "'0000000000p' || substr(CAST(1000000000000000 + {n} AS TEXT), 2)"
_ADDRESS = "'customer:h' || substr(CAST(10000000000 + {n} AS TEXT), 2)"
_OF_PERSON = {
    "people": """(id, name, name_folded, language, time_zone, introduced_at, acted_at, created_at)
        SELECT {person}, 'Person h' || n, 'person h' || n, 'en', 'Europe/Berlin', {born}, {born}, {born}""",
    "addresses": """(channel, address, person_id, created_at)
        SELECT 'web', {address}, {person}, {born}""",
    "interactions": """(id, source, source_id, body, person_id, touchpoint, stage, outcome, team_id, agent, reference,
        happened_at, created_at)
        SELECT '0000000000x' || substr(CAST(1000000000000000 + n AS TEXT), 2), 'crm', 'h' || n, '{{}}', {person},
        'touchpoint' || (n % {touchpoints}), 'support', 'closed', 'team000' || (n % {touchpoints}), 'Ana Lee',
        'H-' || n, {born}, {born}""",
    "sequences": """(order_key, seq) SELECT 'web:' || {address}, 10""",
}
_OF_ANSWER = {
    "invitations": """(id, interaction_id, person_id, survey, survey_version, metric, kind, state, channel, address,
        language, response_id, asked_at, expires_at, ended_at, created_at)
        SELECT {i}, '', {person}, 'nps', 1, 'nps', 'relationship', 'done', 'web', {address}, 'en', {r},
        {at}, {at} + 1209600000, {at} + 60000, {at}""",
    "responses": """(id, invitation_id, interaction_id, person_id, survey, survey_version, metric, touchpoint, team_id,
        channel, language, score, band, state, started_at, completed_at)
        SELECT {r}, {i}, '', {person}, 'nps', 1, 'nps', 'touchpoint' || (n % {touchpoints}),
        'team000' || (n % {touchpoints}), 'web', 'en', {score},
        CASE WHEN {score} < 7 THEN 'detractor' WHEN {score} < 9 THEN 'passive' ELSE 'promoter' END,
        'complete', {at} + 60000, {at} + 60000""",
    "answers": """(response_id, question, kind, value, answered_at)
        SELECT {r}, 'score', 'scale', CAST({score} AS TEXT), {at} + 60000""",
    "inbox": """(channel, id, place, sender, kind, words, received_at, arrived_at)
        SELECT 'web', 'h' || substr(CAST(10000000000 + n AS TEXT), 2), {address}, {address}, 'choice',
        CAST({score} AS TEXT), {at} + 60000, {at} + 60000""",
    "outbox": """(id, channel, address, order_key, seq, kind, args, language, person_id, invitation_id, state, due_at,
        attempts, words, platform_id, created_at, sent_at, shown_at)
        SELECT '0000000000o' || substr(CAST(1000000000000000 + n AS TEXT), 2), 'web', {address}, 'web:' || {address},
        1, 'question', '{{}}', 'en', {person}, {i}, 'sent', {at}, 1, '{{"text": "Would you recommend us?"}}',
        'p', {at}, {at}, {at}""",
}


def fill(bulk: Bulk, answers: int) -> None:
    """Writes so many answers, each a finished survey, with the counts that the program would have kept beside them.

    Of the messages only the question is kept, and in few words: a store of ten million would be five times as large.
    """
    indexes = bulk.indexes()
    for name in indexes:
        bulk.run(f"DROP INDEX {name}")
    people = max(1, answers // ANSWERS_A_PERSON)
    for table, select in _OF_PERSON.items():
        bulk.run(f"INSERT INTO {table} {_with_numbers(_filled(select, 'n', answers), people)}")
    person = f"((n * 7919 + {SEED}) % {people} + 1)"
    for table, select in _OF_ANSWER.items():
        bulk.run(f"INSERT INTO {table} {_with_numbers(_filled(select, person, answers), answers)}")
    _roll_up(bulk)
    for statement in indexes.values():
        bulk.run(statement)


def _with_numbers(select: str, rows: int) -> str:
    columns, _, values = select.partition(")")
    numbers = (
        f"WITH RECURSIVE numbers(n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})"
    )
    return f"{columns}) {numbers} {values} FROM numbers"


def _filled(select: str, person: str, answers: int) -> str:
    begun = START - DAYS * DAY_MS
    # As in life: half are promoters, a third passive, and the rest spread over 0 to 6.
    lot = f"((n * 104729 + {SEED}) % 1009 % 100)"
    score = (
        f"(CASE WHEN {lot} < 30 THEN 10 WHEN {lot} < 50 THEN 9 WHEN {lot} < 70 THEN 8 WHEN {lot} < 82 THEN 7 "
        f"ELSE {lot} % 7 END)"
    )
    return select.format(
        person=_PERSON.format(n=person),
        address=_ADDRESS.format(n=person),
        born=begun,
        at=f"({begun} + n * {DAYS * DAY_MS // answers})",
        i="'0000000000i' || substr(CAST(1000000000000000 + n AS TEXT), 2)",
        r="'0000000000r' || substr(CAST(1000000000000000 + n AS TEXT), 2)",
        score=score,
        touchpoints=TOUCHPOINTS,
    )


def _roll_up(bulk: Bulk) -> None:
    days = {
        day: (datetime.fromtimestamp(0, UTC) + timedelta(days=day)).date().isoformat()
        for day in range(START // DAY_MS - DAYS, START // DAY_MS + 1)
    }
    rows = bulk.rows(
        f"SELECT started_at / {DAY_MS}, touchpoint, survey, survey_version, metric, team_id, band, score, COUNT(*) "
        "FROM responses GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"
    )
    columns = ("day", "touchpoint", "survey", "version", "metric", "team_id", "band", "score", "n")
    bulk.many("rollups", columns, ((days[day], *rest) for day, *rest in rows))
