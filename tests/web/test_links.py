from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.links import Expired, Invalid, LinkClaims, make_link, read_link

SECRET = "of the tests"
LINK = make_link(SECRET, "https://cx.example/", "inv-1", "person-1", 2_000)
TOKEN = LINK.rsplit("/", 1)[-1]


def test_a_link_says_who_was_invited_until_it_expires():
    assert f"https://cx.example/s/{TOKEN}" == LINK
    assert read_link(SECRET, TOKEN, 1_999) == LinkClaims("inv-1", "person-1", 2_000)
    assert read_link(SECRET, TOKEN, 2_000) == Expired(LinkClaims("inv-1", "person-1", 2_000))


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_a_link_changed_in_one_character_is_no_link(place):
    changed = TOKEN[:place] + ("A" if TOKEN[place] != "A" else "B") + TOKEN[place + 1 :]
    # The last character of base64 carries spare bits: then it is the same link, never another one.
    assert read_link(SECRET, changed, 0) in (Invalid(), LinkClaims("inv-1", "person-1", 2_000))
    assert place == len(TOKEN) - 1 or isinstance(read_link(SECRET, changed, 0), Invalid)


def test_a_link_of_another_secret_is_no_link():
    assert isinstance(read_link("another", TOKEN, 0), Invalid)


@given(st.text(max_size=500))
def test_no_token_trips_the_reader(token):
    assert isinstance(read_link(SECRET, token, 0), Invalid)
