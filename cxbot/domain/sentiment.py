"""Tells when words say strongly the opposite of a number ("1, best ever"): reason enough to ask back, once."""

from __future__ import annotations

import re
from typing import Final

from cxbot.domain.folding import fold
from cxbot.domain.ratings import Scale, label_value

FAR_END: Final = 0.2
"""How far from an end of the scale, as a share of its length, a value still counts as that end."""
LABELS_APART: Final = 0.6

_PRAISE: Final = re.compile(
    r"\b(?:(?:the )?best(?! (?:part|thing|bit|before|regards|way|wishes|to|not|i can))|excellent|amazing|"
    r"awesome|perfect|perfectly|fantastic|outstanding|brilliant|"
    r"wonderful|superb|fabulous|flawless|exceptional|incredible|phenomenal|loved? (?:it|your|this|the)|love u|"
    r"(?:very|really|so|extremely|super|totally) (?:happy|satisfied|pleased|impressed|good|helpful)|"
    r"highly recommend(?:ed)?|"
    r"couldn'?t be (?:better|happier)|could not be (?:better|happier)|great (?:service|experience|job|work|"
    r"support)|10/10|5 stars?|five stars?)\b|"
    r"最好|太好了|非常(?:好|满意|棒|赞|开心|喜欢|专业|感谢)|十分(?:满意|好|感谢)|特别(?:好|满意|棒|喜欢)|"
    r"超级?(?:好|赞|棒|满意|正|喜欢)|完美|太棒|棒极|好极|很(?:满意|棒|赞|开心)|极好|极其满意|强烈推荐|"
    r"无可挑剔|最棒|最赞|一级棒|好正|正到|好评|无敌好|零差评|好满意|好钟意|好赞|赞爆|有够赞|有够棒|优秀|"
    r"(?<!不)给力|大推|激推|冇得弹|一流",
)
_BLAME: Final = re.compile(
    r"\b(?:terrible|awful|horrible|(?:the )?worst(?! (?:part|thing|bit|case))|useless|disgusting|pathetic|"
    r"appalling|atrocious|abysmal|dreadful|"
    r"horrendous|diabolical|scam(?:mers?)?|rubbish|garbage|trash|shit|shite|crap|sucks?|sucked|never again|"
    r"i hate|hate (?:it|this|you)|hated|rip ?off|"
    r"(?:very|really|so|extremely|totally) (?:bad|poor|disappointed|disappointing|rude|unhappy|dissatisfied|"
    r"angry|slow)|waste of (?:time|money)|"
    r"unacceptable|a joke|total joke|disgrace(?:ful)?|shame on you|avoid|very dissatisfied|zero stars?|0/10|1/10)\b|"
    r"太差|很差|极差|最差|超差|好差|有够差|非常差|特别差|真差|差劲|差到|差爆|差评|垃圾|烂|恶心|骗子|骗人|坑人|"
    r"坑爹|奸商|黑店|失望透顶|(?:非常|太|很|极度|十分|好|超|彻底)失望|"
    r"(?:非常|很|极其|十分|一点都|一点也|完全|根本|好|极度)不满意?|气死|一塌糊涂|糟糕|糟透|再也不|废物|废柴|"
    r"滚|去死|中伏|好伏|雷到|很雷|超雷|有够雷|傻逼|sb\b|tmd\b|"
    r"唔会再|最衰|衰到|好嬲|一肚火|超火大|恶劣|忍无可忍|投诉你",
)
_NEGATED: Final = re.compile(
    r"(?:\b(?:not|no|never|hardly|isn'?t|wasn'?t|aren'?t|weren'?t|don'?t|didn'?t|nothing|without|cannot|"
    r"can'?t|far from|less than|nor)\b|n't)"
    r"(?:\s+[a-z']+){0,3}\s*$|(?:不是?|没有?|没那么|不算|唔系?|冇|别|无|毫不|并非|从不|不觉得|不至于|不能说|"
    r"谈不上|算不上|称不上|未算|没什么|没啥|难说|哪里|没多|不会|不怎么)(?:那么|很|太|什么|说|是|咁|有|得|到|"
    r"特别|非常|觉得)?\s*$",
)
_MIXED: Final = re.compile(
    r"\b(?:but|though|although|however|except|apart from|besides|despite|until|other than|yet|while|whereas|"
    r"competitors?|others?|elsewhere|"
    r"compared|before|used to|last time|weather|traffic|instead|thanks to|saved|fixed|if)\b|但|不过|可是|只是|"
    r"就是|除了|虽然|尽管|然而|却|比|别家|其他|其它|以前|之前|上次|"
    r"天气|塞车|堵车|如果|要是|扣|唯一|可惜|反而|同行|隔壁|另一家",
)
_TROUBLE: Final = re.compile(  # beside praise it is irony, and no question mends that
    r"\b(?:late|lost|losing|wait(?:ed|ing)?|broken|rude|never|refund|slow|missing|still|cancel(?:led|ed)?|"
    r"delay(?:ed)?|wrong|nobody|no one|"
    r"nothing|hours|days|weeks|complain(?:t|ts|ed)?|stolen|fail(?:ed|ure)?|problems?|ignored?|unhelpful|joke|"
    r"sarcasm|at (?:losing|breaking|ignoring|wasting))\b|"
    r"等|迟|丢|坏|退款|没人|没有人|还没|一直|投诉|破|拖|慢|呵呵|个鬼|个屁|才怪|你妹|服气|真有你|反话|讽刺",
)


def contradicts(value: int, scale: Scale, words: str) -> bool:
    """Returns whether the words are strongly of the other end than the value: praise beside a lowest score, blame
    beside a highest. Negations ("not bad", "不差"), mixed feelings and irony are not a contradiction.
    """
    length = scale.high - scale.low
    if length <= 0 or not words:
        return False
    labelled = label_value(words, scale)
    if labelled is not None:
        return abs(labelled - value) / length >= LABELS_APART
    share = (value - scale.low) / length
    if FAR_END < share < 1 - FAR_END:
        return False
    folded = fold(words[:1000])
    praised, blamed = _says(_PRAISE, folded), _says(_BLAME, folded)
    if praised == blamed or _MIXED.search(folded):
        return False
    return blamed if share >= 1 - FAR_END else praised and not _TROUBLE.search(folded)


def _says(strong: re.Pattern[str], folded: str) -> bool:
    """Whether a strong word stands there that no negation before it takes back."""
    return any(
        not _NEGATED.search(folded[max(0, found.start() - 40) : found.start()]) for found in strong.finditer(folded)
    )
