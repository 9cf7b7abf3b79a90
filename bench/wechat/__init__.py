"""WeChat's callback: encrypted messages, against a floor and against a small bot on wechatpy and Flask."""
