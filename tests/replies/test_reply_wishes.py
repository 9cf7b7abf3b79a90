"""Choices, yes and no, whole-message wishes, and words that contradict their number."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxbot.domain.replies import Scale, contradicts, read_choice, read_choices, read_intent, read_yes_no

OPTIONS = [
    ("late", ("Late delivery", "送货太慢", "送貨太慢")),
    ("rude", ("Rude staff", "态度差", "態度差")),
    ("damaged", ("Damaged item", "商品破损", "商品破損")),
    ("other", ("Something else", "其他")),
]
NPS = Scale(0, 10)
CSAT = Scale(1, 5, {1: ("Very dissatisfied", "非常不满意"), 5: ("Very satisfied", "非常满意", "非常滿意")})


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", "late"), ("2.", "rude"), ("３", "damaged"), ("b", "rude"), ("C)", "damaged"), ("第三个", "damaged"),
        ("選3", "damaged"),
        ("一", "late"), ("option 4", "other"), ("the first one", "late"), ("Late delivery!", "late"),
        ("late", "late"), ("態度差", "rude"),
        ("damaged item please", "damaged"), ("1. late delivery", "late"), ("送货太慢，谢谢", "late"),
        ("its rude staff", "rude"), ("其他", "other"),
        ("5", None), ("0", None), ("1 rude staff", None), ("2 of my orders", None), ("late again!", None),
        ("z", None), ("", None), ("?", None),
        ("1 or 2", None), ("3 days", None), ("第3次了", None), ("e", None), ("not late", None),
    ],
)  # fmt: skip
def test_a_choice_is_named_by_number_letter_or_label(text, chosen):
    assert read_choice(text, OPTIONS) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1,3", ("late", "damaged")), ("1 和 3", ("late", "damaged")), ("3、1", ("late", "damaged")),
        ("a and c", ("late", "damaged")), ("1 3", ("late", "damaged")),
        ("late delivery and rude staff", ("late", "rude")), ("态度差，送货太慢", ("late", "rude")),
        ("1同埋2", ("late", "rude")), ("2", ("rude",)),
        ("all", ("late", "rude", "damaged", "other")), ("以上皆是", ("late", "rude", "damaged", "other")),
        ("都不是", ()), ("none of these", ()),
        ("1, 9", None), ("1 2 maybe", None), ("3 parcels and 1 box", None), ("", None), ("and", None),
    ],
)  # fmt: skip
def test_several_choices_are_read_only_when_every_part_is_one(text, chosen):
    assert read_choices(text, OPTIONS) == chosen


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (True, ["yes", "Yes!", "YES", "yep", "yess", "y", "yeah", "yes thanks", "Yes, thank you", "it is", "👍",
        "👍🏽👍", ":+1:", "✅", "[强]", "是", "是的", "有", "有啊", "對",
                "係", "係呀", "解决了，谢谢", "已解決", "搞掂", "嗯", "没问题了", "yes, very quickly", "是的，很快"]),
        (False, ["no", "No.", "nope", "nooo", "n", "no thanks", "not yet", "not really", "👎", "👎👎", ":-1:", "❌",
        "沒有", "没", "不是", "还没", "唔係", "冇", "未", "没解决",
                 "No, I had to call 3 times", "没有，打了三次电话"]),
        (None, ["", "ok", "好的", "maybe", "yes and no", "yes but slow", "no problem", "no worries",
        "没问题的话再说", "👍👎", "9", "still waiting", "是不是", "有没有", "yesterday",
                "notably", "呵呵", "没有问题，谢谢大家", "是吗？", "no but it is fixed now"]),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_in_three_languages(answer, texts):
    assert {text: read_yes_no(text) for text in texts} == dict.fromkeys(texts, answer)


@pytest.mark.parametrize(
    ("wish", "texts"),
    [
        ("stop", ["STOP", "Stop!", "stop.", "🛑 stop", "please stop", "Unsubscribe", "opt out", "no more surveys",
        "退订", "退訂", "TD", "T", "取消訂閱", "停止", "我要退订", "别再问了",
                  "唔好再問啦", "STOP please 🙏", "ＳＴＯＰ"]),
        ("stop_all", ["stop all", "STOPALL", "no more messages", "任何消息都不要", "不要再傳訊息給我了",
        "请勿联系我", "Don’t contact me", "唔好再send訊息"]),
        ("start", ["START", "start!", "resubscribe", "恢复", "恢復", "重新订阅", "重新訂閱", "開始"]),
        ("progress", ["any news?", "Any update??", "hi, any news?", "status", "进度", "進度？", "有消息吗",
        "有消息嗎？", "请问进度如何", "處理得怎麼樣了", "有冇消息"]),
        ("agent", ["agent", "Human", "talk to a human", "call me", "Please call me back!", "人工", "转人工",
        "轉人工", "真人客服", "打电话给我", "打電話給我", "請回電", "搵真人", "call我"]),
        ("skip", ["skip", "Skip.", "pass", "跳过", "跳過", "略過", "下一题"]),
        ("change", ["change", "change my answer", "修改", "改", "更改", "我想改一下", "打错了", "按錯了"]),
        ("help", ["help", "HELP!", "帮助", "幫助", "使用說明"]),
        (None, ["", "?", "don't stop now", "stop by the shop", "the bus stop", "it won't stop beeping",
        "I want to stop my order", "non-stop calls", "退订单的钱呢", "我要退货", "停了三天",
                "取消订单", "取消", "human error", "call me a liar", "the agent was rude", "人工太慢了", "改了地址",
                "改天再說", "help desk is useless", "t恤", "start date?", "进度太慢",
                "skip the queue", "开始就错了", "9", "no", "update the address", "别停",
                "停了", "改了", "客服", "菜单", "manager", "拒收"]),
    ],
)  # fmt: skip
def test_a_wish_is_read_only_when_it_is_the_whole_message(wish, texts):
    assert {text: read_intent(text) for text in texts} == dict.fromkeys(texts, wish)


@pytest.mark.parametrize(
    ("value", "scale", "words"),
    [
        (1, CSAT, "best ever"), (10, NPS, "terrible"), (10, NPS, "太差了"), (9, NPS, "垃圾"),
        (0, NPS, "amazing, love it"), (1, CSAT, "非常满意"), (5, CSAT, "very dissatisfied"),
        (5, CSAT, "Worst company ever"), (1, NPS, "超讚"), (0, NPS, "太棒了！"), (10, NPS, "爛透了"),
        (1, CSAT, "很滿意"), (10, NPS, "好差"), (10, NPS, "非常失望"),
        (2, NPS, "couldn't be happier"),
    ],
)  # fmt: skip
def test_words_of_the_other_end_contradict_their_number(value, scale, words):
    assert contradicts(value, scale, words)


@pytest.mark.parametrize(
    ("value", "scale", "words"),
    [
        (10, NPS, "not bad"), (10, NPS, "不差"), (10, NPS, "不是不满意"), (10, NPS, "not terrible at all"),
        (9, NPS, "不是很差"), (10, NPS, "没有差评"), (10, NPS, "never had a terrible time"),
        (0, NPS, "great service, still waiting"), (1, NPS, "amazing how you lost it twice"), (0, NPS, "不是很满意"),
        (1, CSAT, "not the best"), (1, CSAT, "谈不上非常满意"),
        (10, NPS, "great"), (0, NPS, "terrible"), (5, NPS, "terrible"), (6, NPS, "best ever"),
        (10, NPS, "terrible weather but the driver came"), (10, NPS, "一点也不差"),
        (9, NPS, "your competitors are terrible"), (0, NPS, "the best thing was the box"), (10, NPS, ""),
        (10, NPS, "以前很差，现在好多了"), (0, NPS, "等了10天，真是太好了"),
        (10, NPS, "唔係好差"), (8, NPS, "the worst part was the wait"), (10, NPS, "没那么差"),
    ],
)  # fmt: skip
def test_negations_mixed_feelings_and_irony_do_not_contradict(value, scale, words):
    assert not contradicts(value, scale, words)


@given(st.text(max_size=80), st.integers(-3, 12))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_a_reader_fail(text, value):
    assert read_choice(text, OPTIONS) in {None, *(key for key, _ in OPTIONS)}
    assert set(read_choices(text, OPTIONS) or ()) <= {key for key, _ in OPTIONS}
    assert read_yes_no(text) in {True, False, None}
    read_intent(text)
    assert contradicts(value, NPS, text) in {True, False}
    assert read_choice(text, []) is None


@given(
    st.sampled_from(["STOP", "退订", "取消訂閱", "any news", "人工", "skip", "修改"]),
    st.text(alphabet="!?.。！？~ 😡🙏\n…", max_size=6),
)
def test_punctuation_and_moods_around_a_wish_change_nothing(word, around):
    assert read_intent(around + word + around) == read_intent(word) is not None
