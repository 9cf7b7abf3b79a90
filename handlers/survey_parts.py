"""What admins call the parts of a survey, in three languages, and what they mean by a line about one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cxbot.domain import replies
from cxbot.domain.survey.editing import Place

LANGUAGE_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": ("en", "english", "英文", "英语", "英語"),
    "zh-CN": ("zh-cn", "zh", "chinese", "中文", "简体", "简体中文", "簡體", "簡體中文"),
    "zh-TW": ("zh-tw", "traditional", "繁体", "繁体中文", "繁體", "繁體中文"),
}
PART_WORDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "标题", "標題"),
    "definition": ("definition", "定义", "定義"),
    "intro": ("intro", "introduction", "开场白", "开场", "開場白", "開場"),
    "thanks": ("thanks", "感谢语", "感谢", "感謝語", "感謝"),
    "question": ("question", "questions", "题目", "问题", "題目", "問題"),
    "option": ("option", "选项", "選項"),
    "low_label": ("low", "low label", "最低分", "低分说明", "低分說明"),
    "high_label": ("high", "high label", "最高分", "高分说明", "高分說明"),
    "label": ("label", "分值", "分值说明", "分值說明"),
    "branch": ("branch", "跳转", "分支", "跳轉"),
    "band": ("band", "rule", "分段", "规则", "規則"),
    "words": ("words", "word", "关键词", "關鍵字", "關鍵詞"),
    "route": ("route", "分派", "路由"),
    "trigger": ("trigger", "触发", "触发条件", "觸發", "觸發條件"),
    "key": ("key", "name", "名称", "代号", "名稱", "代號"),
    "expires": ("expires", "expiry", "有效期", "期限"),
    "nudges": ("nudges", "nudge", "reminders", "提醒", "催答"),
    "delay": ("delay", "延迟", "延時", "延遲"),
    "sample": ("sample", "抽样", "抽樣"),
    "touchpoints": ("touchpoints", "touchpoint", "触点", "觸點", "接觸點"),
    "stages": ("stages", "stage", "阶段", "階段"),
    "outcomes": ("outcomes", "outcome", "结果", "結果"),
    "skip_auto_closed": ("skip_auto_closed", "跳过自动关闭", "略過自動結案"),
    "skip_closed_by": ("skip_closed_by", "跳过关闭方式", "略過結案方式"),
    "quiet_ok": ("night", "quiet_ok", "夜间", "夜間"),
    "anonymous": ("anonymous", "匿名"),
    "time_zone": ("time_zone", "时区", "時區"),
    "vip_severity": ("vip", "vip_severity"),
    "cause": ("cause", "原因"),
}
SHAPE_WORDS: Mapping[str, tuple[str, ...]] = {
    "optional": ("optional", "选填", "可跳过", "選填", "可略過"),
    "faces": ("faces", "表情"),
    "range": ("range", "范围", "範圍"),
    "after": ("after", "排在", "放在"),
}
ANY_WORDS = ("any", "else", "其他", "其余", "其餘", "任何")
END_WORDS = ("end", "结束", "結束")
TRANSLATED = frozenset(
    "title definition intro trigger touchpoints stages outcomes delay sample_percent skip_auto_closed skip_closed_by"
    " questions text kind score optional low high low_label high_label labels faces options label cause next when goto"
    " bands detractor severity thanks detect vip_severity raising_words words reason routes team expires nudges"
    " anonymous quiet_ok time_zone metric attributes answers variants share".split()
)
"""Keys of a survey's file that have a word of their own in every language."""
_NAMED = frozenset({"questions", "options", "bands", "labels", "thanks", "next", "routes", "raising_words", "variants"})
"""After these keys a name of the company's own follows."""
_LANGUAGES = sorted((re.escape(word) for words in LANGUAGE_WORDS.values() for word in words), key=len, reverse=True)
_TEXT = re.compile(rf"(?:^|\s)({'|'.join(_LANGUAGES)})\s*[:：]\s*(\S.*)\Z", re.IGNORECASE | re.DOTALL)


def _known(word: str, words: Mapping[str, Sequence[str]]) -> str:
    folded = replies.fold(word)
    return next((name for name, known in words.items() if folded in {replies.fold(each) for each in known}), "")


def part(word: str) -> str:
    """The part of a survey that a word names, or ''."""
    return _known(word, PART_WORDS)


def shape(word: str) -> str:
    """What of a question a word changes besides its text, or ''."""
    return _known(word, SHAPE_WORDS)


_MARKS = '"“”„「『«'
_QUOTED = re.compile(rf"\s[{_MARKS}](.+)[\"“”」』»]\s*$", re.DOTALL)


def language(word: str) -> str:
    """The language a word names, or ''."""
    return _known(word, LANGUAGE_WORDS)


def is_any(word: str) -> bool:
    """Whether a word stands for every other answer."""
    return replies.fold(word) in {replies.fold(each) for each in ANY_WORDS}


def goto(word: str) -> str:
    """Where a branch leads; the end has a word in every language."""
    return "end" if replies.fold(word) in {replies.fold(each) for each in END_WORDS} else word


def written(text: str) -> tuple[str, str]:
    """The language and the text of a line such as "… en: How was it?", as it was typed; two empty words for none."""
    found = _TEXT.search(text)
    return (language(found[1]), found[2].strip()) if found else ("", "")


def quoted(text: str) -> str:
    """What stands in quotation marks at the end of a line, as it was typed; '' for none."""
    found = _QUOTED.search(text)
    return found[1].strip() if found else ""


def place(name: str, words: Sequence[str]) -> Place | None:
    """The text that is meant by a part and the names after it; None where one of them is missing."""
    if name in ("title", "definition", "intro"):
        return (name,)
    if name == "thanks":
        return (name, words[0] if words else "default")
    needed = {"question": 1, "low_label": 1, "high_label": 1, "words": 1, "option": 2, "label": 2}.get(name, 0)
    return (name, *words[:needed]) if needed and len(words) >= needed else None


def where(path: Sequence[str]) -> list[object]:
    """A place in a survey in words: keys of the file as meanings, names as they are."""
    said: list[object] = []
    for at, step in enumerate(path):
        named = at and path[at - 1] in _NAMED
        said.append(step if named or step not in TRANSLATED else {"key": f"survey.part.{step}", "args": {}})
    return said
