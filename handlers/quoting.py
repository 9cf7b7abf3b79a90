"""What somebody says themselves: a line they quote, forward or show as code is not theirs, and no command."""

from __future__ import annotations

import re

_OPENS, _CLOSES = '「『“”"', '」』”“"'
_ANSWERED = re.compile(
    rf"\A\s*[{_OPENS}].*?[{_CLOSES}]\s*\n\s*(?:[-—–_=*－]\s*){{3,}}(?:\n(?P<own>.*))?\Z",
    re.DOTALL,
)
"""How WeChat and WeCom write an answer: what is answered in 「」, a line of dashes, and the answer."""
_OF_SOMEBODY = re.compile(rf"\A\s*[{_OPENS}][^\n{_OPENS}{_CLOSES}]{{1,60}}?[:：].*[{_CLOSES}]\s*\Z", re.DOTALL)
"""Nothing but what somebody else said, with their name before it."""
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|＞|&gt;)[^\n]*(?:\n|\Z)", re.MULTILINE)
_CODE = ("```", "`", "~~~")


def own_words(text: str) -> str:
    """The text without what it quotes; '' where nothing else is left, or where it begins with code."""
    answered = _ANSWERED.match(text)
    if answered is not None:
        text = answered["own"] or ""
    elif _OF_SOMEBODY.match(text):
        return ""
    first, fence, code = text.partition("```")
    own = (_QUOTED_LINE.sub("", first) + fence + code).strip()
    return "" if own.startswith(_CODE) else own
