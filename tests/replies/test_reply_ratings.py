"""The reader of ratings, proved on reviewed tables of what people really type, and on whatever hypothesis invents."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cxbot.domain.replies import Scale, fold, read_scale, words_beside

HERE = Path(__file__).parent
LANGUAGES = ("en", "zh-CN", "zh-TW")
SCALES = {
    "0-10": Scale(0, 10),
    "1-5": Scale(
        1,
        5,
        {
            1: ("Very dissatisfied", "非常不满意", "非常不滿意"),
            2: ("Dissatisfied", "不满意", "不滿意"),
            3: ("Neutral", "一般", "普通"),
            4: ("Satisfied", "满意", "滿意"),
            5: ("Very satisfied", "非常满意", "非常滿意"),
        },
    ),
    "1-7": Scale(
        1,
        7,
        {
            1: ("Strongly disagree", "非常不同意"),
            4: ("Neither",),
            6: ("Agree",),
            7: ("Strongly agree", "非常同意"),
        },
    ),
}
NPS = SCALES["0-10"]


def rows(language: str) -> list[tuple[str, str, int | None]]:
    """The table of a language: reply, scale, and the value or None for the person's own words."""
    lines = (HERE / f"{language}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split("\t") for line in lines]
    return [(cell[0].replace("\\n", "\n"), cell[1], None if cell[2] == "-" else int(cell[2])) for cell in cells]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_other_words_are_read_as_a_score_and_hardly_a_score_is_missed(language, capsys):
    table = rows(language)
    read = [(reply, scale, wanted, read_scale(reply, SCALES[scale])) for reply, scale, wanted in table]
    wrong = [row for row in read if row[3] is not None and row[3] != row[2]]
    missed = [row for row in read if row[2] is not None and row[3] is None]
    right = sum(1 for row in read if row[3] is not None and row[3] == row[2])
    precision, recall = right / (right + len(wrong)), right / (right + len(wrong) + len(missed))
    with capsys.disabled():
        print(
            f"\n{language}: {len(table)} replies, precision {precision:.3f}, recall {recall:.3f}, asked again {missed}"
        )
    assert wrong == []
    assert precision == 1.0
    assert recall >= 0.97


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_large_free_of_repeats_and_has_both_kinds(language):
    table = rows(language)
    assert len(table) >= 320
    assert len({(reply, scale) for reply, scale, _ in table}) == len(table)
    assert min(sum(wanted is None for *_, wanted in table), sum(wanted is not None for *_, wanted in table)) >= 100


def test_the_tables_are_different_replies_and_not_translations():
    chinese, taiwanese = ({reply for reply, *_ in rows(language)} for language in ("zh-CN", "zh-TW"))
    assert len(chinese & taiwanese) < 0.5 * min(len(chinese), len(taiwanese))


def test_reading_a_typical_reply_takes_less_than_fifty_microseconds():
    spent = []
    for reply, scale, _ in rows("en") + rows("zh-CN") + rows("zh-TW"):
        best = 1.0
        for _ in range(3):
            begun = time.perf_counter()
            read_scale(reply, SCALES[scale])
            best = min(best, time.perf_counter() - begun)
        spent.append(best * 1e6)
    assert median(spent) < 50


@pytest.mark.parametrize(
    "text",
    [
        "哈" * 2000 + "x9", "我给" * 900, "ok " * 900 + "9", "9 " + "thanks " * 500 + "q", "9 " + "very " * 700 + "x",
        "- " * 1500 + "9分", "1 " * 1500, "给" * 3000 + "9", "⭐ " * 900 + "½", ":a" * 1500,
    ],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_no_reply_makes_the_reader_slow(text):
    begun = time.perf_counter()
    read_scale(text, NPS)
    words_beside(text, NPS)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("3 slow delivery", "slow delivery"),
        ("8 - Great, but pricey", "Great, but pricey"),
        ("3分，物流太慢了！", "物流太慢了！"),
        ("太慢了，給3分", "太慢了"),
        ("9分 客服小姐姐很有耐心 😊", "客服小姐姐很有耐心 😊"),
        ("Great service! 10", "Great service!"),
        ("2\nThe driver left it in the RAIN", "The driver left it in the RAIN"),
        ("⭐⭐ slow", ""),
        ("8 thanks", ""),
        ("9", ""),
        ("10分 👍", ""),
        ("still not here", ""),
    ],
)
def test_the_words_beside_a_rating_are_the_persons_own(text, beside):
    assert words_beside(text, NPS) == beside


def test_stars_count_where_five_are_all_of_them():
    assert read_scale("⭐⭐⭐", SCALES["1-5"]) == 3
    assert read_scale("⭐⭐⭐", NPS) is None
    assert read_scale("★★★☆☆", SCALES["1-5"]) == 3


def test_a_label_counts_only_as_the_whole_message():
    assert read_scale("非常滿意！", SCALES["1-5"]) == 5
    assert read_scale("Very satisfied", NPS) is None
    assert read_scale("not very satisfied", SCALES["1-5"]) is None


def test_a_label_of_two_values_names_neither():
    assert read_scale("ok", Scale(1, 2, {1: ("OK",), 2: ("ok",)})) is None


def test_a_thumb_is_a_score_only_where_a_label_says_so():
    assert read_scale("👍", NPS) is None
    assert read_scale("👍", Scale(1, 2, {1: ("👎",), 2: ("👍",)})) == 2


replies = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789 .,-/:;!?分十九给个的天了星⭐👍ａ９ abcdeostu'\n", max_size=24),
    st.lists(
        st.sampled_from(
            [
                *"0123456789",
                "10",
                "分",
                "/10",
                " ",
                ",",
                "。",
                "\n",
                "ten",
                "a ",
                "给",
                "我给",
                "好",
                "slow",
                "days",
                "天",
                "⭐",
                "吧",
                "thanks",
                "out of 10",
            ]
        ),
        max_size=8,
    ).map("".join),
)
scales = st.builds(lambda low, length: Scale(low, low + length), st.integers(0, 3), st.integers(1, 12))


@given(replies, scales)
@example("\ud800", Scale(0, 10))
@example("9" * 5000, Scale(0, 10))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_without_a_failure_and_within_the_scale(text, scale):
    value = read_scale(text, scale)
    assert value is None or scale.low <= value <= scale.high
    beside = words_beside(text, scale)
    assert isinstance(beside, str)
    if value is None:
        assert beside == ""


COUNTED = (
    " days", " days late", "days", " hours", "h", " hrs", " minutes", "min", " weeks", "pm", " am", " o'clock",
    " times", "x", " orders", " of my orders",
    " items missing", " parcels", " boxes", " people", " calls", " emails", " dollars", "%", "kg", "天", "天了",
    "小时", "个小时", "个小时了还没到", "分钟", "分钟了",
    "个", "个没收到", "单", "单都没收到", "件", "次", "次了", "号", "月", "点", "点半", "元", "块", "块钱", "楼",
    "個", "週", "個禮拜", "日", "通電話", "張單", "蚊", "杯", "箱",
)  # fmt: skip


@given(
    st.sampled_from(
        ["", "等了", "I waited ", "about ", "already ", "我", "才", "都", "just ", "a ", "it's ", "打了", "给我"]
    ),
    st.integers(0, 10).flatmap(lambda n: st.sampled_from([str(n), "零一二三四五六七八九十"[n]])),
    st.sampled_from(COUNTED),
    st.sampled_from(
        ["", "!", "。", " 😡", "...", "!!!", "了", " already", " and nothing", "，太差了", ", terrible", " thanks"]
    ),
)
@settings(max_examples=1500, deadline=None)
def test_a_number_of_hours_or_goods_is_never_a_score(before, number, counted, after):
    text = before + number + counted + after
    if "十分" not in text:
        assert read_scale(text, NPS) is None
        assert read_scale(text, SCALES["1-5"]) is None


@given(
    st.integers(0, 10),
    st.sampled_from(["{}", "{}分", "{}/10", "I'd say {}", "给{}分", "{}!", " {} ", "{} thanks", "我畀{}分啦"]),
)
def test_every_value_is_read_in_every_plain_way(value, way):
    assert read_scale(way.format(value), NPS) == value


@given(st.text())
@settings(max_examples=500)
@example("ŉ")
@example("ΐ\u0345")
@example("İ½①ﬀ")
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_folding_makes_width_case_and_script_one():
    assert fold(" ＮＯ　取消訂閱\u200b \r\n ok ") == "no 取消订阅\nok"
    assert fold("I’d — ‘say’") == "i'd - 'say'"
