"""What people type to "is it fixed?", in three languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxbot.domain.fixed import read_fixed


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("yes", [
            "yes", "Yes!", "👍", "yes it is, thanks Ben was great", "it is fixed, thanks", "yes thank you so much",
            "yep all sorted", "It works now", "everything is fine now", "all good, cheers", "it's fixed 🙏",
            "yes, it arrived today", "I got it", "no more problems", "seems fixed",
            "好像可以了", "收到了", "可以了", "已经解决了，谢谢", "问题解决了",
            "退款到账了", "没问题了", "好了！", "包裹收到了",
            "算是解決了，謝謝", "現在可以了", "收到貨了", "已經處理好了，感謝", "沒問題了，謝謝你們",
        ]),
        ("not_yet", [
            "not yet", "still waiting", "still nothing", "I'm still waiting for the refund", "nothing yet",
            "I haven't received it yet", "hasn't arrived", "don't know yet", "too early to say",
            "还没有收到", "还没收到货", "没有收到", "还没到账", "还在等", "不确定", "再看看",
            "還沒收到", "還沒有收到包裹", "尚未收到退款", "還在等消息", "還不知道", "沒有消息",
        ]),
        ("no", [
            "no", "nope", "No one called", "nobody has called me back", "nothing happened", "not fixed",
            "it's not fixed", "it is still not working", "still broken", "still the same", "no change",
            "it isn't fixed at all", "No, I had to call 3 times", "no, still waiting",
            "还是不行", "没人联系我", "没有人回复我", "没有解决", "还是没解决", "问题没有解决", "还是坏的", "不行",
            "還是一樣", "還是沒解決", "沒有人聯絡我", "跟之前一樣", "完全沒有改善", "更糟了",
        ]),
        ("", [
            "", "ok", "好的", "收到", "thanks", "谢谢", "maybe", "yes and no", "yes but it took a week",
            "yes, but slow",
            "yes but the box is broken", "it is fixed, but the refund is missing", "no but it is fixed now",
            "fixed?", "is it fixed?", "解决了吗？", "是不是", "可以了，但是还没退款", "好了一半",
            "好像可以了又好像不行",
            "解決了，可是還沒退款", "it works, the screen is broken", "the box has not come yet", "when will it come",
            "it will be fixed", "没有收到就算了，我去别家买", "收到了，不过是坏的", "不好意思",
            "没事", "thanks for nothing",
        ]),
    ],
)  # fmt: skip
def test_an_answer_to_is_it_fixed_is_read_as_it_is_meant(answer, texts):
    assert {text: read_fixed(text) for text in texts} == dict.fromkeys(texts, answer)


@pytest.mark.parametrize("words", ["应该是", "好像刚刚", "还是都", "still ", "is all now ", "没有人过电话"])
def test_what_is_said_over_and_over_is_read_at_once(words):
    assert read_fixed(words * 60) in {"", "no"}


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_the_reader_fail(text):
    assert read_fixed(text) in {"yes", "no", "not_yet", ""}
