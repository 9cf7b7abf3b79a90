"""The words around a rating that leave it a rating, all folded: what may stand before it, after it, and what follows
when the person goes on in their own words. A word that could make the number a count, a time or a place is not here.
"""

from __future__ import annotations

import re
from typing import Final

from cxbot.domain.folding import ENGLISH_NUMERAL, FEELINGS

_BETWEEN: Final = re.compile(r"[|\n](?![^()]*\))")  # not inside a group
_UNSPOKEN: Final = str.maketrans("", "", "+*?")


def any_of(words: str) -> str:
    """Returns an alternation of the entries (separated by ``|`` or line breaks, groups kept whole), longest first."""
    entries = {entry.strip() for entry in _BETWEEN.split(words)} - {""}
    return "|".join(sorted(entries, key=lambda entry: (-len(entry.translate(_UNSPOKEN)), entry)))


_WHAT = r"(?: it| you guys| you| u| ya| them| this| that| him| her| the service| your service| the experience)?"
_OPENERS_EN = any_of(rf"""
hi|hello|hey|hiya|hi there|hello there|hey there|hi team|dear team|good morning|good afternoon|good evening|morning|ok
okay|okey|k|alright|well|so|um+|uh+|hmm*|erm*|oh|ah|yes|yeah|yep|yup|ya|sure|fine|lol|haha+|right|easy|simple|sorry
oops|my bad|i meant|i mean|meant|meant to say|i meant to say|correction|change to|change it to|change that to
change my answer to|change my score to|make it|make that|let'?s say|let'?s go with|let'?s make it|go with|going with
i'?ll go with|i will go with|i'?d go with|i would go with|i'?m going with|i'?d say|i would say|i'?ll say|i will say
i say|i'?m gonna say|im gonna say|gonna say|i'?d have to say|i have to say|i must say|i'?d probably say|say|we'?d say
we would say|i'?d give{_WHAT}|i would give{_WHAT}|i give{_WHAT}|i'?ll give{_WHAT}|i will give{_WHAT}
i'?m giving{_WHAT}|giving{_WHAT}|i'?d probably give{_WHAT}|i can give{_WHAT}|we'?d give{_WHAT}|we give{_WHAT}|give it
give you|give|gets|deserves|it gets|it deserves|you deserve|you get|u get|i'?d rate{_WHAT}|i would rate{_WHAT}
i rate{_WHAT}|i'?ll rate{_WHAT}|we'?d rate{_WHAT}|rate|rated|rating|my rating|my rating is|my rating would be|my score
my score is|my score would be|score|the score is|my answer|my answer is|my answer would be|answer|ans|my vote
my vote is|reply|i vote|i choose|i pick|i select|i'?ll pick|put me down for|put me down as|put|call it|it'?s|it is
that'?s|that is|that would be|that'?d be|it would be|it'?d be|it'?ll be|i think|i guess|i suppose|i feel|i believe
i reckon|i'?m at|probably|prob|prolly|probs|maybe|perhaps|about|around|approx|approximately|roughly|definitely
definately|def|deffo|easily|absolutely|certainly|overall|honestly|tbh|to be honest|imo|imho|for me|from me|to me
personally|in my opinion|obviously|of course|basically|generally|all in all|i'?m afraid|unfortunately|a|an|only a
just a|barely a|still a|is a|solid|strong|a solid|a strong|a good|a clear|a big|a big fat|a fat|a firm|a perfect
perfect|a generous|a weak|a low|a high|a straight|straight|a well deserved|a definite|a full|a rock solid|a resounding
thanks|thank you|thx|ty|please|pls|pretty much a|kind of a|somewhere around|like a|it'?s like a|must be a|has to be a
""")
_OPENERS_ZH = any_of("""
你好|您好|嗨|哈啰|哈喽|早上好|下午好|晚上好|早安|午安|早|嗯+|恩|额|呃|哦|喔|噢|啊|嘿|好|好的|好吧|好啦|行|行吧|ok|可以
没问题|当然|哈+|呵呵|我|我的|我们|本人|个人|我个人|给|给个|给你|给你们|给您|给贵司|给到|给出|给它|给他|给她|给他们
给店家|给客服|给商家|给小哥|给师傅|给打|畀|俾|畀个|俾个|畀你|俾你|畀你哋|俾你哋|俾到|畀到|打|打个|打分|打出|评|评分
评个|我评|评价|选|选择|选个|选了|填|回复|回|就|就给|就是|就打|那|那就|那么|先|勉强|勉强给|勉强打|勉勉强强|只能|只能给
只给|最后给|还是|还是给|必须|必须给|必须的|必需|绝对|肯定|一定|一定给|当然是|妥妥|妥妥的|直接|果断|毫不犹豫|应该
应该是|应该有|大概|大约|大概是|大概有|差不多|差不多是|约|可能|也许|估计|感觉|觉得|认为|想|想给|要给|会给|愿意给|总体
总体来说|总的来说|整体|整体来说|整体来讲|整体给|综合|综合评分|综合来说|分数|分数是|评分是|得分|总分|总评|满意度|体验
服务|态度|这次|本次|这回|今次|今次给|今次畀|是|为|改|改成|改为|改到|换成|更正|更正为|打错了|打错|按错了|按错|选错了
不好意思|抱歉|唔好意思|对唔住|对不起|说错了|应为|谢谢|感谢|多谢|请|麻烦|唔该|辛苦了|答|答案|答案是|来|来个|算|算是
算个|值|值得|老实说|讲真|说实话|实话实说|坦白讲|坦白说|讲真嘅|其实|诚心给|友情给|鼓励性给|只可以畀|多谢晒|唔该晒|求其
求其啦|随便|随便给|随便啦|揿错|揿错了|揿错咗|回答|回覆|当
""")
_LINK = rf"[\s,.!:;~。、=({FEELINGS}-]*"
# Atomic and possessive: a long "哈哈哈…" is read once, never split in every way.
OPENERS: Final = rf"(?>(?>(?:{_OPENERS_EN})(?![a-z'0-9])|(?:{_OPENERS_ZH})){_LINK}|(?:no|nope|nah|不|不是),\s*){{0,8}}+"

# A blank and these after the number, and nothing else: still only a rating.
_CLOSERS_EN = any_of(r"""
thanks|thank you|thank u|thanks you|thankyou|thx|thnx|thks|tks|tq|ty|tysm|cheers|ta|thanks a lot|thanks a bunch
thanks so much|thanks very much|thank you so much|thank you very much|many thanks|thanks again|thanks guys|thanks team
thanks all|thanks everyone|thanks mate|thank you all|thank you guys|thank you team|cheers mate|cheers guys|please|pls
plz|for me|from me|from us|from my side|i guess|i think|i suppose|i'?d say|i would say|i reckon|tbh|imo|imho
in my opinion|to be honest|honestly|lol|lmao|haha+|hehe+|mate|bro|dude|sir|madam|ma'?am|man|for sure|definitely
absolutely|easily|easy|overall|all round|all around|all in all|no doubt|or so|ish|maybe|probably|roughly|obviously
of course|all the way|is my score|is my answer|is my rating|is my final answer|final answer|xx+|xoxo|lah|la|lor|yeah
yes|yep|ok|okay|sorry|bye|good night|have a nice day|have a good day|have a great day|have a good one|best|regards
kind regards|best regards|without a doubt|hands down|this is my score|from here|i'?m afraid|it is|for now
sent from my [a-z ]{2,30}
(?:thanks|thank you|cheers) (?!(?:for|but|to|and|a|so|you|the|no|it|i|not)(?![a-z]))[a-z]{2,12}
""")
_CLOSERS_ZH = any_of("""
吧+|叭|罢|巴|啦+|拉|辣|喔+|哦+|呀+|啊+|咯|啰|嘞|喽|吖|嘛|哈+|呗|耶+|噢|欸|诶|哟|唷|嗷|捏|呐|囖|㗎|㗎咋|咋|噶|咁|咁啦
啫|姐|整|左右|上下|多谢|谢谢|谢谢你|谢谢您|谢谢你们|谢谢大家|谢了|谢谢啦|谢谢哦|谢谢喔|谢啦|谢|谢谢[一-鿿]{1,5}|蟹蟹
感谢|感谢你们|感恩|唔该|唔该晒|多谢晒|辛苦了|辛苦|辛苦你们了|辛苦大家了|3q|thanks|thank you|thx|tks|ty|加油|加油哦
继续加油|继续努力|继续保持|再接再厉|就好|好了|算了|就行|可以了|差不多|差不多了|差不多吧|呵呵+|嘻嘻|嘿嘿|hh+|lol|www
不能再多了|不能再高了|不能再少了|没毛病|不客气|再见|拜拜|886|必须的|妥妥的|没得说|没话说|毫无疑问|不解释|不过分|我觉得
我想|收|ok|好吧|可以吧
""")
CLOSERS: Final = re.compile(
    rf"(?>(?>(?:{_CLOSERS_EN})(?![a-z'])|(?:{_CLOSERS_ZH}))[\s,.!;:~。、\"')\]」』】{FEELINGS}-]*)++",
)
CLOSERS_JOINED: Final = re.compile(r"(?:thx|thanks|ty|pls|plz|ish|lah|la|lol|ok)(?![a-z])|[^\x00-\x7f]|haha|hh|3q")

# After a blank, words that say an opinion rather than what the number counts.
_GOOD_OR_BAD = any_of("""
great|good|nice|excellent|amazing|awesome|perfect|fantastic|outstanding|brilliant|lovely|wonderful|superb|fab|fabulous
ace|smooth|quick|fast|easy|simple|friendly|helpful|polite|professional|efficient|reliable|happy|pleased|satisfied
impressed|decent|okay|ok|so so|so-so|alright|average|mediocre|meh|fine|acceptable|solid|top|best|bad|poor|terrible
awful|horrible|worst|useless|unhelpful|rude|slow|disgusting|pathetic|shocking|appalling|atrocious|abysmal|dreadful
disappointing|disappointed|dissatisfied|unsatisfied|unhappy|unprofessional|unacceptable|unreliable|frustrating
frustrated|annoying|annoyed|confusing|complicated|ridiculous|rubbish|garbage|crap|shit|shite|trash|overpriced
expensive|pricey|clunky|buggy|laggy|bland|messy|terrific|stellar|horrendous|diabolical|lousy|angry|fed up|clear|prompt
patient|courteous|convenient|inconvenient|satisfactory|unsatisfactory|super|incredible|flawless|seamless
""")
_VERY = any_of(
    "very|so|too(?! many| few| much)|really|quite|pretty|super|extremely|absolutely|totally|just|simply|bit|"
    "a bit|rather|such|"
    "incredibly|fairly|completely|utterly|kinda|kind of|truly|bloody|fucking|freaking|way too|still|not|"
    "not so|not very|not too|"
    "not that|not really|not particularly|overall|generally|mostly|always|a little|somewhat|what a|always"
)
_UNCOUNTED = (
    "service|customer service|support|communication|quality|shipping|delivery|packaging|wifi|value|"
    "value for money|work|job|"
    "food|app|website|site|process|checkout|pricing"
)
_ASPECT = any_of(
    f"{_UNCOUNTED}|staff|driver|courier|app|website|site|price|prices|food|agent|lady|guy|man|girl|team|"
    f"response|process|checkout"
    "|experience|product|item|store|shop|queue|line|wait|waiting time|system|rep|representative|person|chat|"
    "bot|instructions|communication"
)
_BECAUSE = any_of(rf"""
because|becuase|cause|cuz|coz|cos|bc|due to|but|though|although|however
would (?:definitely |happily |highly |not |never )?(?:recommend|use|buy|come|order)|wouldn'?t (?:recommend|use|buy)
will (?:definitely |not |never )?(?:recommend|use|be back|come back|buy|order)
won'?t (?:be back|use|buy|recommend|order)|highly recommend|recommended|love (?:it|your|the|this|you)
loved (?:it|your|the)|keep it up|keep up|well done|good job|great job|nice job|no complaints|no issues|no problems
never again|never using|never buying|could be better|could do better|could improve
could be (?:quicker|faster|cheaper|easier)|needs? (?:improvement|work|to improve)|room for improvement
waste of (?:time|money)|nothing (?:special|to complain|wrong|to add)|sort it out
they (?:were|are|was|did|didn'?t|never|don'?t|always|should|need)|took (?:forever|ages|too long|so long|way too long)
it(?:'?s| was| is| works| took| could| would| just| took| does)
everything (?:was|is|went|works|perfect|great|good|fine)
i (?:think|like|love|would|wouldn'?t|hate|am|was|still|don'?t|feel|really|had to wait|waited|wish|will)
i'?m (?:not )?(?:very |so |really )?(?:happy|unhappy|disappointed|satisfied|fine|impressed)
you (?:guys|should|need|could|lot|are|were)|your (?:{_ASPECT})|the (?:{_ASPECT})
not (?:happy|good|great|bad|impressed|satisfied|worth|what i|as good|recommended|helpful|the best)|thanks (?:for|to)
thank you (?:for|to)|hope|wish|hoping|all good|all fine|five stars?|more or less|as (?:always|usual|expected)
can'?t complain|cant complain
""")
_VERB = (
    r"(?:was|is|were|are|too|so|very|really|took|could|should|needs|slow|fast|quick|bad|poor|good|great|"
    r"excellent|awful|terrible|"
    r"ok|fine|sucks?|sucked)"
)
OPINION_EN: Final = re.compile(
    rf"(?:{_BECAUSE})(?![a-z'])|(?:(?:{_VERY})\s+)*(?:{_GOOD_OR_BAD})(?![a-z'])(?P<end>$|\s*[^a-z0-9\s]|"
    rf"\s+(?P<noun>[a-z']+))"
    rf"|(?:{_UNCOUNTED})\s+{_VERB}(?![a-z'])",
)
COUNTED: Final = re.compile(  # "3 rude drivers", "2 great staff": the number counts them
    r"(?!(?:was|is|his|its|this|yes|always|thanks|plus|less|as|has|does|us|across|perhaps|service|success|"
    r"business|access)$)"
    r"(?:[a-z']{3,}s|people|late|broken|missing|lost|wrong|ruined|damaged|left|men|women|children|staff|kids)$",
)
ONE_OF: Final = re.compile(  # after a 1, "1 bad experience" is one of them, "1 bad service" is a rating
    rf"(?:{_UNCOUNTED}|and|but|as|for|to|with|in|at|from|on|when|because|if|i|you|the|they|we|it|this|that|all|"
    rf"overall|today|so|now|"
    r"never|no|not|can|will|would|customer service|here|was|is|of|every|very|really)$",
)
_ASPECT_ZH = (
    "物流|配送|送货|发货|服务(?!员|生|台|站)|态度|客服(?=态度|太|很|不|回|非常|也|超|有点|真)|效率|速度|质量|品质|"
    "价格|价钱|性价比|包装|环境|体验|沟通|处理|流程|售后|谢谢|感谢|"
)
ASPECT_ZH: Final = re.compile(_ASPECT_ZH.rstrip("|"))
COUNTED_ZH: Final = re.compile("[^,。!的]{1,6}的(?!$|了|话|[,。!~ ])")  # "3 很慢的快递员": the number counts them
OPINION_ZH: Final = re.compile(
    "(?:"
    + _ASPECT_ZH
    + "太|很|非常|特别|挺|蛮|有点|有些|超|极|真(?:的(?!吗|假|么)|心|是)|实在|确实|完全|根本|总是|老是|"
    "每次|从来|不(?:太|够|错|满|推荐|行|怎么|值|会再|爽|"
    "开心|及格|理想)|没(?:什么|啥|得说|话说|的说|用$|用,)|还(?:行|可以|不错|好$|好,|算|凑合)|一般(?:般|$|,|"
    "吧)|快递(?:太|很|慢|态度|速度|真|非常|有点)|回复|回覆|"
    "等(?:太|了|得|好久|很)|希望|因为|因|由于|但|但是|不过|只是|就是|虽然|可惜|建议|需要改|推荐|喜欢|满意|"
    "失望|垃圾|烂|差(?=$|劲|到|死|,)|慢|快(?=$|捷|,)|好(?=$|评|用|吃|棒|赞|,|!)|"
    "棒|赞|方便|东西(?:很|不错|太)|产品(?:很|不错|太)|扣|理由|原因|感觉|整体|总体|下次(?:还|会|再)|还会再|"
    "会再来|会回购|无语|凑合|勉强|及格|中规中矩|马马虎虎|普普|普通|超级|冇(?:得弹|咩)|几好|"
    "麻麻|ok|good|唔(?:错|好|得|系|够)|好(?:快|慢|好|差|满意|正|方便|赞|失望|嬲|乱|难|烦|舒服|开心|贴心|"
    "专业)|有够|有待|有进步|超正|说不上|算(?:不错|满意|ok)|ㄏㄏ)",
)
OPINION_ZH_JOINED: Final = re.compile("很|太|非常|因为|但|不过|有点|挺|超")
PERSON_ZH: Final = re.compile("小哥|师傅|司机|店员|快递员|快递小哥|外送员|老板|客服|人员|物流|东西|商品|产品|送餐|店家")
CONDITION: Final = re.compile(
    r"(?:if|unless|when you|once you|or|and a half|than|to|out|not \d|no \d|minus|plus|until|only if|"
    r"after you|如果|要是|除非|假如|若|等你们|的话|或|到|至|"
    r"还是|减|加\d|以上|以下|不到|多一点|半)(?![a-z])",
)
HYPOTHETICAL: Final = re.compile(
    r"\b(?:if|unless|last time|before|used to|would(?:'ve| have)|could have|until|was a|were|others?|friends?|"
    r"wife|husband|normally|usually)\b|"
    r"如果|要不|要是|假如|除非|不然|否则|本来|原本|原来|上次|之前|以前|上回|别人|大家|朋友|同事|老公|老婆|"
    r"下次|想给|能给|才给|再给|才会|平时|通常|一般都|从来都",
)
ANOTHER: Final = re.compile(  # a second rating, or one more thing counted beside it
    r"(?<![扣减少差加])\d+\s*分(?!钟|之|店|拣)|\d+\s*/\s*(?:5|7|10)(?!\d)|out of|\bonly \d|\bstars?\b|[颗个粒]星|(?:^|"
    r"[\s,;:])\d{1,2}\s*[.!]*$|"
    r"\b(?:a|an)\s\d|\d+\s*(?:个(?:好|坏|没|是|不)|很|好|坏|没|不满|满意|good|bad|great|broken|missing|late|for\b)|"
    r"(?<![\d.])2\s*[.)、:](?!\d)|(?:^|[\s,;。.])(?:二|2)[、,:]|"
    rf"^(?:{ENGLISH_NUMERAL})\b|\b(?:two|second(?:ly)?)\b[,:]",
)
COUNTED_FIRST: Final = re.compile(  # what a number before it measures or counts, with whatever stands between
    r"(?:more |of (?:my|the|them|our|us|your|which|these|those) |working |business |full |whole )?"
    r"(?:h|hrs?|hours?|m|mins?|minutes?|secs?|seconds?|d|days?|nights?|wks?|weeks?|mths?|months?|yrs?|years?|"
    r"am|pm|a\.m|p\.m|o'?clock|"
    r"times?|x|orders?|items?|parcels?|packages?|packs?|boxes|box|bags?|pieces?|pcs?|people|persons?|calls?|"
    r"emails?|messages?|texts?|"
    r"agents|drivers|deliver(?:y|ies)|refunds?|tickets?|cases?|complaints?|attempts?|bottles?|pairs?|sizes?|"
    r"dollars?|pounds?|euros?|"
    r"bucks|quid|usd|gbp|eur|rmb|ntd?|hkd|cents?|percent|kg|km|miles?|shirts?|shoes?|years? old|th|st|nd|rd|k|g|gb|%|"
    r"(?:[a-z]+ )?(?:street|road|avenue|lane|drive|blvd|floor))(?![a-z])|"
    r"[个天日号月年周秒时刻单件次回块元毛角圆人位名张本台部条只双箱盒袋瓶杯份套批家间楼层米斤克千百万亿倍折成期页岁种样项笔封通趟遍番句场轮顿架辆粒根支枝组桶罐串蚊磅码度路栋碗盘颗点半]|"
    r"星期|礼拜|小时|分钟|钟|公里|公斤|工作日|包(?!装)|订单|包裹|快递(?!太|很|慢|小哥|员|态度|速度|真|非常|"
    r"有点)|货物|电话|客服(?!态度|太|很|不|回)",
)
FULL_MARKS: Final = re.compile(
    r"(?:full (?:marks|score|points|stars)|满分|满星|full分|(?:a )?perfect score|top (?:marks|score)|满分好评|"
    r"五星满分)(?![a-z\d一二三四五六七八九十])"
)
