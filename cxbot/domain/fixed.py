"""Reads what people type to "is it fixed?": more than a bare yes or no is clear where that is what was asked. Pure."""

from __future__ import annotations

import re
from typing import Final, Literal

from cxbot.domain.folding import FEELINGS, spell_out
from cxbot.domain.replies import LONGEST_READ_YES_NO, read_yes_no

Fixed = Literal["yes", "no", "not_yet", ""]

_CLAUSES: Final = re.compile(r"[,.!;:。~、…\n]+|\s-\s")
_MOODS: Final = re.compile(rf"[{FEELINGS}👍👌🙏\s]+")
_THANKS: Final = re.compile(
    r"\b(?:(?:many )?thanks|thank (?:you|u)|thx|ty|cheers)\b.*|(?:十分|非常|多|太)?(?:感谢|谢)+.*"
)
_GREETING: Final = re.compile(r"(?:(?:hi|hello|hey|well|oh|ok|okay|so|sorry)\b ?|(?:你们?好|您好|哦|喔|那个) ?)+")
_IT: Final = (
    r"(?:(?:yes|yeah|yep|yup|great|perfect) )?(?:(?:i think |i guess |i believe )?"
    r"(?:(?:it|that|this|everything|all|the (?:problem|issue)|my (?:problem|issue))\b(?:'s|'re)?) ?)?"
    r"(?:(?:is|are|was|has|have|been|seems|looks|appears|got|gets|to be|all|now|finally|completely|fully|already) )*"
)
_NOT_IT: Final = (
    r"(?:(?:no|nope) )?(?:(?:it|that|this|everything|the (?:problem|issue)|my (?:problem|issue))\b(?:'s)? ?)?"
    r"(?:(?:is|are|was|has|been|remains|still|definitely|exactly|just|really|actually) )*"
)
_LATELY: Final = r"(?: (?:now|today|again|yet|so far|at all|already|me|us|back|to me|to us))*"
_YES: Final = re.compile(
    rf"{_IT}(?:fixed|solved|resolved|sorted(?: out)?|good|fine|working|works|working fine|works fine|ok|okay|done|"
    rf"back to normal|arrived|settled){_LATELY}|(?:yes )?(?:i )?(?:have |'ve )?(?:just )?(?:got|received) it{_LATELY}|"
    r"(?:yes )?no (?:more )?(?:problems?|issues?)(?: any ?more| now)?|"
    r"(?:嗯|对|是的?|好像|似乎|应该|算|大概|现在|目前|今天|刚|已经?|终于|总算|基本上?|都|全部?|问题|货|退款|"
    r"钱|款项|东西|包裹|快递|我|有)*"
    r"(?:(?:可以|好|收到|到|拿到|没事|能用|可以用|行)(?:货|退款|钱|款项|东西|包裹|快递)?[了啦咯咗]|"
    r"(?:解决|搞定|修好|弄好|处理好|恢复正常|恢复|正常|到账|没问题|没有问题)[了啦咯咗]?)(?:的|啊|呀|哦|喔|呢)*"
)
_NOT_YET: Final = re.compile(
    r"(?:(?:no|nope|i|i'm|im|we|we're|it|am|are|is|has|have|just|sorry) )*"
    r"(?:not yet|(?:still )?waiting(?: (?:for|on) [^,]{1,60})?|(?:still )?nothing(?: yet| so far)?|"
    r"(?:still )?(?:haven't|hasn't|have not|has not|didn't|did not|not)(?: yet)?"
    r" (?:received?|got|get|gotten|heard|seen|arrived?|come|came)"
    r"(?: (?:it|anything|any|back|from|the|my|you|your|refund|money|parcel|order|package|replacement|call))*"
    r"(?: yet| so far)?|(?:don't|do not|can't|cannot) (?:know|tell|say)(?: yet)?|not sure(?: yet)?|"
    r"(?:it's |still )?too early(?: to (?:tell|say|know))?)|"
    r"(?:我|目前|现在|货|退款|钱|款项|东西|包裹|快递|暂时|到现在|至今|还是?|仍然?|依然|都|也|一直|什么)*"
    r"(?:(?:没有?|未|尚未)(?:任何)?(?:收到|到账|拿到|看到|等到|送到|寄到|到|消息|动静|回音|结果|下文)"
    r"(?:货|退款|钱|款项|东西|包裹|快递|任何|消息|回复|通知)*|在等.{0,12}|等着|"
    r"不(?:太|是很)?(?:确定|知道|清楚|好说)|没(?:有)?确定|看不出来|再(?:等等|看看|观察).{0,6})"
    r"(?:了|啊|呀|呢|哦|喔|耶|欸|哎)*"
)
_NO: Final = re.compile(
    rf"{_NOT_IT}(?:(?:not|never) (?:been )?(?:fixed|solved|resolved|sorted(?: out)?|working|ok|okay|good|fine|done|"
    r"at all|really)|broken|(?:the )?same(?: (?:problem|issue|thing|as before))?|unresolved|unsolved|worse|"
    r"(?:isn't|wasn't|hasn't been|haven't been)(?: fixed| solved| resolved| sorted| working)?|"
    rf"(?:doesn't|does not|didn't|did not|won't) work|a problem|an issue){_LATELY}|"
    r"(?:(?:no|still|sorry|absolutely) )*(?:nothing (?:has |was )?(?:happened|changed|done)|"
    r"no (?:change|difference|improvement)|"
    r"(?:nobody|no one|noone|no-one|none of you) (?:has |have |ever )*"
    rf"(?:called|rang|phoned|contacted|replied|answered|came|come|wrote|written|helped)){_LATELY}|"
    r"(?:我|现在|目前|问题|根本|完全|依然|依旧|仍然?|还是?|都|也|并|一直|至今|到现在|跟(?:以前|之前)|和(?:以前|之前)|"
    r"更|一点)*"
    r"(?:不行|不能用|用不了|打不开|不好|没(?:有)?(?:解决|好|修好|弄好|处理|搞定|变化|改善|改变|用|恢复|反应)|未解决|一样|"
    r"老样子|坏的?|有问题|没(?:有)?人(?:来)?(?:联系|联络|回复|回应|理|找|打|回|处理|管)(?:过|电话|给)*(?:我们?)?|差|糟|严重)"
    r"(?:了|啊|呀|呢|的|吧|过|耶|欸|电话)*"
)
_UNDOES: Final = {
    "yes": re.compile(
        r"\b(?:but|no|not|never|still|except|however|though|until|only|almost|partly|broken|wrong|another|again|bad|"
        r"worse|waiting|if)\b|n't|不|没|未|还|但|只|除|冇|可惜|唔|坏|慢|差|错|又|如果"
    ),
    "no": re.compile(
        r"\b(?:but|solved|fixed|resolved|works|working now|yes|good|great|happy|fine)\b|但|不过|好了|解决了|可以|满意"
    ),
}  # fmt: skip


def read_fixed(text: str) -> Fixed:
    """Returns the answer that the words give to "is it fixed?": the first thing said, unless a later one takes it back.

    '' for anything else, and for what is asked back: these are the person's own words.
    """
    if len(text) > LONGEST_READ_YES_NO:
        return ""
    folded = spell_out(text)
    if "?" in folded:
        return ""
    clauses = [clause for part in _CLAUSES.split(folded) if (clause := _plain(part))]
    if not clauses:
        return _yes_or_no(text)
    read = [_clause(clause) for clause in clauses]
    answer = read[0]
    if not answer:
        return _yes_or_no(text)
    undoes = _UNDOES["yes" if answer == "yes" else "no"]
    unread = [clause for clause, meaning in zip(clauses, read, strict=True) if not meaning]
    said = set(read) - {""}
    if any(undoes.search(clause) for clause in unread) or ("yes" in said and len(said) > 1):
        return ""
    return "no" if "no" in said else answer


def _plain(clause: str) -> str:
    """A clause without moods, greetings and thanks; '' where it was nothing else."""
    short = " ".join(_MOODS.sub(" ", clause).split())
    short = _GREETING.sub("", short, count=1) if _GREETING.match(short) else short
    thanks = _THANKS.search(short)
    if thanks is not None and not _UNDOES["yes"].search(thanks[0]):
        short = short[: thanks.start()]
    return short.strip()


def _clause(clause: str) -> Fixed:
    if _NOT_YET.fullmatch(clause):
        return "not_yet"
    if _NO.fullmatch(clause):
        return "no"
    return "yes" if _YES.fullmatch(clause) else _yes_or_no(clause)


def _yes_or_no(text: str) -> Fixed:
    yes = read_yes_no(text)
    return "" if yes is None else "yes" if yes else "no"
