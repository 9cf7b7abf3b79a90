"""Whole messages that are a wish or a yes or a no, folded and without courtesy, in the three languages together."""

from __future__ import annotations

from typing import Final, Literal

Intent = Literal["stop", "stop_all", "start", "progress", "agent", "skip", "change", "help"]

WISHES: Final[dict[Intent, str]] = {
    "stop_all": """
stop all|stopall|stop everything|stop all messages|stop messages|stop messaging me|stop messaging|stop texting me
stop texting|stop contacting me|no more messages|no messages|no more texts|do not contact me|don't contact me
dont contact me|do not contact me again|don't contact me again|dont contact me again|never contact me again
do not message me|don't message me|dont message me|don't message me again|do not text me|don't text me|dont text me
don't send me anything|leave me alone|unsubscribe all|unsubscribe from all|unsubscribe from everything
unsubscribe me from everything|delete me from your system|block me|任何消息都不要|什么消息都不要|所有消息都不要
全部退订|退订全部|退订所有|取消所有订阅|取消全部订阅|停止所有消息|停止所有讯息|停止全部|停止一切消息|停止发送消息
停止发消息|停止发送任何消息|不要再发消息|不要再发消息了|不要再发任何消息|不要再发任何消息给我|不要再给我发消息
不要再给我发消息了|别再给我发消息|别再给我发消息了|别给我发消息了|别再发消息了|别再联系我|别再联系我了|不要再联系我
不要再联系我了|请勿联系|请勿联系我|不要再联络我|不要再联络我了|别再联络我|请勿再联络|请勿再联络我|请勿联络
不要再传讯息|不要再传讯息给我|不要再传讯息给我了|不要再传讯息了|别再传讯息了|不要再传任何讯息|任何讯息都不要
所有讯息都不要|全部讯息都不要|什么讯息都不要|不要再发讯息给我|唔好再send讯息|唔好再send message|唔好再搵我
唔好再联络我|唔好再骚扰我|唔好再send嘢俾我|拒收所有消息|拒收全部|不想收到任何消息|不想再收到任何消息
不想再收到任何讯息|不想收到任何讯息|勿扰
""",
    "stop": """
stop|stop it|stop this|stopp|unsubscribe|unsubscribed|unsubscribe me|unsub|un-subscribe|unsuscribe|unsubcribe|opt out
optout|opt-out|opt me out|quit|end|cancel|revoke|stop surveys|stop survey|stop the surveys|stop these surveys
no more surveys|no surveys|no survey|stop asking|stop asking me|stop sending surveys|stop sending me surveys
stop sending these|stop sending me these|stop sending this|stop spamming|stop spamming me|stop spam|don't ask me again
dont ask me again|do not ask me again|don't send me surveys|dont send me surveys|do not send me surveys|remove me
remove me from the list|remove me from this list|remove me from your list|take me off the list|take me off your list
take me off this list|not interested in surveys|退订|我要退订|我想退订|td|t|回td|回t|退订t|取消订阅|我要取消订阅
我想取消订阅|取消关注|停止|停止调查|停止问卷|停止订阅|停止发送|停止接收|停|退出|退出调查|退出订阅|不要再问了|不要再问
别再问了|别问了|别再问我了|不要再问我了|不要问我了|别发了|别再发了|不要再发了|不要再发|不要发了|请不要再发
请不要再发了|不要再传了|别再传了|不要再寄了|不要再寄问卷|不要问卷|不要再发问卷|不要再发问卷了|别再发问卷|别再发问卷了
不想再收到问卷|不想收到问卷|不要再传问卷|不要再传问卷了|不参加调查|不想参加|不想参加调查|不参与|不想参与|拒绝接收
取消接收|取消接收问卷|请勿打扰|唔好再问|唔好再问啦|唔好再send|唔好再send啦|唔好再send问卷|唔好再发|唔要问卷|我唔想再收
唔想再收到|不再接收|不要再推送|不要推送|取消推送|停止推送
""",
    "start": """
start|unstop|start again|restart|resubscribe|re-subscribe|subscribe|resume|opt in|optin|opt-in|opt me in
opt me back in|turn it back on|start surveys|resume surveys|恢复|恢复订阅|恢复接收|恢复问卷|恢复发送|恢复消息|重新订阅
我要重新订阅|重新开始|重新接收|订阅|我要订阅|重新加入|重新启用|再次订阅|开启|开启订阅|重新开启|开始|开始接收|继续接收
继续订阅|重新关注
""",
    "progress": """
any news|any news yet|any news on this|any news on my case|any update|any updates|any update yet|any updates yet
any update on this|any updates on this|any update on my case|any updates on my case|any progress|update
update me|status|status update|case status|status of my case|what's the status|whats the status|what is the status
what's my status|what's the status of my case|whats the status of my case|what's happening|whats happening
what is happening|what's happening with my case|whats happening with my case|what's going on|whats going on
what's going on with my case|progress|where are we|where are we with this|how is it going|hows it going
how's my case going|how is my case|how is my case going|is there any news|is there any update|is it done yet
is it fixed yet|heard anything|have you heard anything|so any news|hello any news|hi any news|hi any update
hi any updates|hello any update|进度|查进度|查询进度|查看进度|进度查询|进度如何|进度怎么样|进度怎样|处理进度
我的进度|问进度|问一下进度|看进度|进度呢|有进度吗|有消息吗|有消息没|有消息了吗|有消息没有|有没有消息|有回音吗|有进展吗
有进展没|有进展了吗|有没有进展|有什么进展|有新进展吗|有结果吗|有结果了吗|有结果没|怎么样了|怎样了|怎么样啦|咋样了
处理得怎么样了|处理的怎么样了|处理怎么样了|处理得怎样了|处理到哪了|处理到哪一步了|到哪一步了|到哪步了|处理了吗
处理好了吗|处理好没|处理完了吗|处理好了没|解决了吗|解决了没|好了吗|好了没|弄好了吗|现在什么情况|什么情况了
现在怎么样了|有更新吗|有新消息吗|有没有更新|目前进度|目前进度如何|请问进度|请问进度如何|请问有消息吗|请问有进度吗
请问处理得如何|处理得如何|处理状况|目前状况|案件进度|查状态|有冇消息|有冇进展|有冇update|有update吗|有冇新消息
几时有消息|搞成点|搞成点啊|而家点|而家点啊|点啊而家|跟进成点|请问跟进成点|有回覆吗|有回复吗
""",
    "agent": """
agent|human|a human|real person|a real person|real human|operator|representative|live agent|live chat
live person|live support|talk to agent|talk to an agent|talk to a human|talk to human|talk to someone|talk to a person
talk to a real person|speak to agent|speak to an agent|speak to a human|speak to human|speak to someone
speak to a person|speak to a real person|speak with someone|speak with a human|speak with an agent
can i talk to someone|can i speak to someone|can i talk to a human|can i speak to a human|can i talk to a person
can i speak to a person|can i speak to a manager|can i talk to a real person|can i speak to a real person
i want to talk to a human|i want to speak to a human|i want to talk to someone|i want to speak to someone
i want a human|i need a human|i want to talk to a person|i want to speak to a person|i want to speak to a manager
i want an agent|get me a human|human please|speak to a manager|speak to manager|call me
call me back|callme|call back|callback|call me now|call me asap|phone me|ring me|ring me back|give me a call
can you call me|can you call me back|can someone call me|could you call me|could someone call me|someone call me
have someone call me|please have someone call me|i want a callback|request a call|request a callback|人工|人工客服
人工服务|转人工|转人工客服|转人工服务|找人工|找人工客服|要人工|我要人工|我要人工客服|我要转人工|我想转人工|接人工
转接人工|真人|真人客服|真人服务|找真人|我要真人|我要真人客服|转真人|转接真人|转接真人客服|转接客服|转客服|找客服
我要找客服|我找客服|联系客服|专人服务|转专人|找专人|请专人联系|请专人联络|有人吗|有没有人|有真人吗
有人工吗|找你们经理|叫经理来|打电话给我|给我打电话|给我打个电话|给我电话|打给我|打我电话|回电|回电话
回我电话|回个电话|给我回电|给我回电话|给我回个电话|请回电|请回电话|请打电话给我|请打给我|请来电|请致电|请致电给我
致电给我|致电我|电话联系我|电话联系|请电话联系|联系我|请联系我|请联络我|联络我|回电给我|请回电给我|麻烦回电|麻烦打给我
请给我打电话|call我|call返我|打返俾我|打返畀我|打俾我|打畀我|打电话俾我|打电话畀我|搵人|搵真人|我要搵真人|搵客服
我想搵真人|真人对话|真人对谈|与真人对话|我要跟真人说话|跟真人说|想同真人讲|我要同真人讲|我要找真人|我要找人
""",
    "skip": """
skip|skip it|skip this|skip this one|skip this question|skip question|pass|next|next one|next question|i'll skip
ill skip|i'd rather skip|prefer not to say|i prefer not to say|rather not say|i'd rather not say|no answer|n/a|跳过
跳过这题|跳过此题|跳过这个|跳过这一题|跳|略|略过|略过这题|略过此题|过|下一题|下一个|下一步|下题|不想说|不想回答|不回答
不想答|不答|不方便说|不便透露|唔答|唔想答|唔想讲|skip啦|pass啦|这题跳过|这题略过|先跳过
""",
    "change": """
change|change it|change that|change answer|change my answer|change my score|change score|change my rating
change rating|edit|edit answer|edit my answer|correct my answer|go back|undo|redo|i want to change my answer
can i change my answer|can i change it|wrong answer|wrong number|wrong button|i pressed the wrong button
i pressed the wrong one|typo|my mistake|i made a mistake|oops|oops wrong|oops wrong one|previous|修改|我要修改
我想修改|修改答案|修改评分|修改回答|修改分数|改|改一下|改下|改答案|改分|改分数|改评分|我要改|我想改|我想改一下
我要改答案|我想改答案|更改|更改答案|更改评分|更正|变更|变更答案|变更评分|重填|重新填|重新填写|重新评分|重新打分
重新回答|重打|重来|返回|上一题|上一步|回上一题|打错|打错了|打错字|选错|选错了|按错|按错了|点错|点错了|评错了|揿错
揿错咗|打错咗|揿错掣|我打错了|我选错了|我按错了|我点错了|填错了|手滑|手滑了
""",
    "help": """
help|help me|i need help|commands|command list|how does this work|how do i use this
what is this|what can you do|帮助|帮忙|需要帮助|请帮忙|求助|使用说明|指令|命令|怎么用|怎么使用
怎样用|这是什么|这是啥|点用|点样用|呢个系咩|你能做什么|你会什么|有什么功能
""",
}

YES: Final = frozenset(
    """
y|yes please|yes it is|yes it was|yes it did|yes i am|yes i do|yes we are|yes they did|it is|it was|it did|correct
right|true|indeed|absolutely|definitely|of course|sure|certainly|affirmative|totally|all good|all good now|fixed
it's fixed|solved|resolved|all sorted|sorted|done|works|works now|it works|it works now|working now|yes all good
yes all sorted|yes resolved|yes solved|yes fixed|yes it works|yes it's fixed|yes thank you|👍|👌|✅|✔|☑|🙆|💯|是|是的
是啊|是呀|是滴|是嘅|对|对的|对啊|对呀|嗯|嗯嗯|恩|恩恩|有|有的|有啊|有呀|有喔|有哦|可以|可以的|解决了|已解决|已经解决
已经解决了|解决啦|好了|已经好了|修好了|弄好了|搞定了|搞定|搞掂|搞掂了|搞掂咗|解决咗|系|系啊|系呀|系嘅|得|得咗|掂|掂咗
ok了|没问题了|没有问题了|当然|当然是|当然有|肯定|没错|正确|确实|会|会的|会啊|能|愿意|满意|是的谢谢|有解决|有解决了
"""
    .strip().replace("\n", "|").split("|"),
)  # fmt: skip
NO: Final = frozenset(
    """
n|no thanks|no thank you|nope|nah|naw|not really|not at all|not yet|no it isn't|no it is not|no it wasn't|no it didn't
no it did not|no not yet|no not really|it isn't|it wasn't|it didn't|it's not|never|negative|no way|not fixed
not solved|not resolved|unresolved|unsolved|still not|still not fixed|still not working|still broken|no still not
no still broken|not working|doesn't work|didn't work|it doesn't work|no i'm not|no i am not|no i don't|no they didn't
nobody|👎|❌|✖|🙅|不|不是|不是的|否|没|没有|没有啊|没有呢|没呢|没啊|没有的|还没|还没有|还没呢|还没有呢|没解决|没有解决
未解决|还没解决|还是没解决|并没有|并没有解决|尚未|尚未解决|不行|不可以|不对|不能|不会|不会的|不愿意|不满意|没好|还没好
没修好|没搞定|未搞掂|未搞定|未得|未掂|冇|冇啊|冇呀|冇解决|未|未呀|未啊|仲未|仲未得|唔系|唔系啊|唔得|唔掂|唔会|不是啊
不需要|才没有|没用|没有用|没有喔|没有哦
"""
    .strip().replace("\n", "|").split("|"),
)  # fmt: skip
