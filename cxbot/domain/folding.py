"""What was typed, in one form: width, case, script, quotes, emoji codes and numerals made comparable."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Traditional characters (and a few Hong Kong and Taiwan variants) that people use in replies, each with its
# simplified form. Only what a reply's vocabulary needs: names and rare words may stay as they are, because both
# sides of every comparison are folded with the same table.
_TRADITIONAL: Final = (
    "個个們们願愿撳揿無无為为這这樣样還还進进過过對对會会來来時时間间問问題题開开關关訂订閱阅復复複复覆复給给兩两萬万點点說说話话電电傳传訊讯號号幫帮協协轉转專专員员實实質质價价錢钱貴贵遲迟運运貨货單单裝装滿满謝谢"
    "請请誰谁讓让認认識识應应該该錯错選选項项擇择繼继續续結结終终級级紅红綠绿線线總总體体驗验評评語语態态環环興兴極极樂乐歡欢愛爱惡恶壞坏爛烂讚赞贊赞優优廢废騙骗虧亏賠赔費费買买賣卖購购車车動动務务勞劳辦办"
    "麼么嗎吗喲哟囉啰嘍喽係系淨净靜静氣气煩烦惱恼憤愤憂忧鬱郁難难離离雖虽雙双寫写導导尋寻師师帶带幾几庫库廣广廠厂後后從从徑径徵征懷怀戶户擔担據据損损換换擾扰攔拦數数斷断於于暫暂書书東东條条標标機机權权歸归"
    "殺杀決决沒没況况測测準准溫温滅灭災灾爭争牆墙獎奖現现產产畢毕異异當当療疗發发監监盤盘確确禮礼種种積积穩稳窮穷筆笔節节範范簡简糧粮紀纪約约純纯紙纸細细組组絕绝統统絲丝經经綜综維维網网緊紧編编練练縮缩績绩"
    "織织罵骂義义習习聞闻聯联聲声職职聽听肅肃脫脱與与舊旧藍蓝處处虛虚蝦虾補补製制襪袜見见規规視视覺觉親亲觀观計计討讨記记許许設设訪访證证試试詢询詳详誇夸誠诚誤误調调談谈論论諾诺謊谎講讲譯译護护變变豐丰貝贝"
    "負负財财責责貼贴賀贺資资賞赏賬账跡迹踐践蹟迹較较載载輕轻輛辆輪轮輸输辭辞農农迴回連连週周遊游違违遠远適适遺遗邊边郵邮鄰邻醫医釋释針针銀银鐘钟鍾钟門门閉闭閃闪闆板陣阵陸陆陳陈陰阴隊队階阶際际隨随險险雜杂"
    "雞鸡靈灵頂顶順顺須须領领頭头頻频顆颗顏颜額额類类顧顾顯显風风飛飞飯饭飽饱館馆馬马駕驾騎骑髒脏鬆松鬧闹魚鱼鮮鲜鳥鸟麗丽麥麦黃黄黨党齊齐齒齿龍龙國国圖图圓圆園园場场塊块報报壓压夠够夢梦奪夺妳你娛娱學学宮宫"
    "寧宁審审寬宽將将屬属島岛帳账幣币強强彈弹徹彻恆恒恥耻慘惨慣惯憑凭懶懒戲戏戰战掃扫掛挂採采揀拣撥拨撿捡擁拥擊击擠挤攜携攝摄敗败敵敌斃毙昇升晉晋暈晕曉晓曬晒歷历樓楼槓杠檔档檢检欄栏歐欧殘残滯滞漲涨滾滚潔洁"
    "潤润濕湿灣湾煙烟營营爺爷牽牵狀状獨独獲获瑣琐瘋疯癡痴盡尽眾众睏困矯矫碼码礎础稱称窩窝競竞筍笋紮扎緩缓罷罢聰聪腦脑臉脸臨临舉举艱艰莊庄蒼苍薦荐薩萨藥药蘇苏蟲虫衛卫衝冲裡里裏里襯衬訴诉詞词賤贱贏赢趕赶趨趋"
    "躍跃輩辈遞递邏逻醜丑鑽钻鎖锁鏡镜鐵铁長长貳贰參参啞哑啟启嚇吓嚴严囖啰噉咁諗谂閒闲靚靓蠻蛮吶呐瞭了絡络達达騷骚讀读膠胶臺台著着麵面爲为託托賴赖懇恳歎叹鍵键豬猪餓饿飲饮佔占佈布簽签籤签勵励勢势勝胜堅坚夾夹"
    "奮奋嘔呕嘆叹噴喷彎弯懸悬樹树濫滥灑洒牠它祇只隻只罰罚聖圣脅胁術术詐诈諮咨謙谦譽誉賊贼轟轰鈕钮錄录鑒鉴鬥斗"
)
# Typed in many ways, meant as one; invisible characters and skin tones mean nothing here.
_LOOKALIKES: Final = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2014\u2015\u2e3a", " - "),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u20e3\ufe0e\ufe0f"),
    **dict.fromkeys("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"),
    "\u301c": "~",
    "\u2026": "...",
    "\U0001f51f": "10",
    **{chr(0x2776 + digit): str(digit + 1) for digit in range(10)},
}
_CHARACTERS: Final = str.maketrans(
    {**dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)), **_LOOKALIKES},
)
_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINE_ENDS: Final = re.compile(r" *\n\s*")


def fold(text: str) -> str:
    """Returns the text in its comparable form: NFKC, case folded, traditional characters made simplified, quotes and
    dashes made plain, blanks made single and trimmed; a line break stays a line break.
    """
    for _ in range(5):  # case folding may undo normalisation and the reverse: settled after two rounds in practice
        folded = text.casefold()
        if not text.isascii():
            folded = unicodedata.normalize("NFKC", folded.translate(_CHARACTERS)).casefold()
            folded = unicodedata.normalize("NFKC", folded).translate(_CHARACTERS)
        folded = _LINE_ENDS.sub("\n", _BLANKS.sub(" ", folded)).strip()
        if folded == text or folded.isascii():
            return folded
        text = folded
    return text


FEELINGS: Final = (  # emoji that say a mood; those that show a thing ("2 📦") are words and stay
    "\U0001f600-\U0001f64f\U0001f90c-\U0001f93a\U0001f970-\U0001f97a\U0001f9d0\U0001fae0-\U0001fae8\U0001faf0-\U0001faf8"
    "\U0001f44a-\U0001f450\U0001f490\U0001f339\U0001f48b\U0001f493-\U0001f49f\u2763\u2764\u263a\u2639\U0001f4af"
    "\U0001f525\U0001f389\U0001f38a\u2728\U0001f4a9\u270a-\u270d\U0001f595\U0001f479-\U0001f480\U0001f4a2\U0001f4aa"
    "\U0001f9e1\U0001f5a4\U0001f90d\U0001f90e\u2705\u274c\u2714"
)
_CODES: Final = {  # how Slack and WeChat spell emoji in text
    "star": "⭐", "star2": "🌟", "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌",
    "white_check_mark": "✅", "x": "❌", "heart": "❤", "keycap_ten": "10", "zero": "0", "one": "1", "two": "2",
    "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "强": "👍", "赞": "👍", "thumbsup]": "👍", "弱": "👎", "ok": "👌", "strong": "👍", "weak": "👎",
}  # fmt: skip
_CODE: Final = re.compile(
    r":(\+1|-1|[a-z][a-z0-9_+-]*):|\[((?!nine|eight|zero|five|four|ten|one|two|three|six|"
    r"seven)[^\W\d_零一二三四五六七八九十]{1,8})\]"
    r"|(?<!\S)/:(\S{1,8})(?!\S)",
)
_EMOTICON: Final = re.compile(
    r"(?::-?[)(]+|;-?\)+|:'\(|(?<!\S)(?:[:;=x]-?[dpo3|/\])(]|<+/?3+|\^[_o.]?\^|[qt][_a.][qt]|qq|orz|-_-+|>_<|"
    r"=_=)(?!\S))",
)


def spell_out(text: str) -> str:
    """Returns the folded text with the platforms' emoji codes (``:star:``, ``[强]``, ``/:strong``) as emoji and
    smileys made of punctuation as one face.
    """
    folded = fold(text)
    if ":" in folded or "[" in folded:
        folded = _CODE.sub(_emoji_of, folded)
    return _EMOTICON.sub("🙂", folded).strip()


def _emoji_of(code: re.Match[str]) -> str:
    name = code[1] or code[2] or code[3]
    return "" if name.startswith("skin-tone") else _CODES.get(name, "🙂")


_ENGLISH: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split(),
    )
}
_CHINESE: Final = (
    {digit: value for value, digit in enumerate("零一二三四五六七八九")}
    | {digit: value for value, digit in enumerate("〇壹贰叁肆伍陆柒捌玖")}
    | {"两": 2}
)
ENGLISH_NUMERAL: Final = "|".join(sorted(_ENGLISH, key=len, reverse=True))
CHINESE_NUMERAL: Final = "[零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}"


def numeral(word: str) -> int | None:
    """Returns the value of a folded numeral ("9", "nine", "九", "十二"), or None where it is not one."""
    if word.isascii():
        return int(word) if word.isdigit() else _ENGLISH.get(word)
    tens, ten, ones = word.replace("拾", "十").partition("十")
    if not ten:
        return _CHINESE.get(word)
    high, low = _CHINESE.get(tens, 1 if not tens else None), _CHINESE.get(ones, 0 if not ones else None)
    return high * 10 + low if high and low is not None and (low or not ones) else None
