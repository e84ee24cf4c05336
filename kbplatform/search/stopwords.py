"""Words that ask without naming anything. They are left out of a query unless nothing else is in it."""

from __future__ import annotations

QUESTION_ZH = frozenset([
    "怎么办", "怎么", "怎么样", "怎样", "如何", "什么", "为什么", "为何", "哪些", "哪", "哪个", "哪里", "谁", "多少",
    "几", "几个", "吗", "呢", "吧", "啊", "呀", "嘛", "咋", "咋办", "请问", "请", "该", "应该", "应当", "能不能",
    "可不可以", "是不是", "有没有", "有什么", "什么样", "为啥", "啥", "求助", "请教", "什么时候",
])  # fmt: skip
FUNCTION_ZH = frozenset([
    "的", "地", "得", "了", "着", "过", "是", "有", "在", "和", "与", "跟", "及", "或", "我", "我们", "你", "你们",
    "您", "他", "他们", "她", "她们", "它", "咱", "咱们", "要", "想", "让", "使", "把", "被", "给", "对", "对于",
    "关于", "以后", "之后", "时候", "时", "都", "也", "就", "才", "还", "再", "又", "很", "太", "更", "最", "老",
    "老是", "总", "总是", "能", "可以", "会", "不", "没", "没有", "来", "去", "上", "下", "里", "中", "个", "些", "这",
    "那", "这个", "那个", "这样", "那样", "一", "一下", "起来", "出来", "上来", "下来", "做", "干", "弄", "搞", "觉得",
    "办", "用", "到", "从", "以", "而", "并", "但", "等", "为", "所", "之", "其", "于", "由", "向", "往", "每个", "每",
    "比较", "非常", "特别", "越来越", "已经", "正在", "一直", "自己", "大家", "别人", "人", "事", "说", "去做", "进行",
    "以及", "还有", "如果", "因为", "所以", "有人", "一样", "先", "现在", "知道", "就是", "东西", "只", "只是", "只有",
    "太多", "真的", "呗", "哦", "哎", "喂", "帮我", "看看", "问问", "一个", "几", "该怎么", "怎么跟", "才能", "得到",
    "还是", "不过", "然后", "而且", "并且", "或者", "一些", "那么", "这么", "一点", "到底", "究竟", "接下来", "干嘛",
    "干吗", "要不要", "算不算", "不要", "不用", "千万", "好像", "有点", "其实", "反正", "居然", "竟然", "顺便", "随便",
    "任何", "所有", "各种", "有些", "这边", "那边", "那里", "这里", "人家", "咱们", "一件", "两个", "三个", "多次",
    "几次", "具体", "方面", "以下", "如下", "通过", "根据", "请求", "想要", "需要", "应不应该", "能够", "唔", "嘅",
    "咗", "冇", "點", "点算", "啦", "哈", "嗯", "麻烦", "谢谢", "你好", "您好",
])  # fmt: skip
QUESTION_EN = frozenset([
    "how", "what", "which", "who", "whom", "whose", "when", "where", "why", "can", "could", "should", "would", "may",
    "might", "must", "will", "shall", "do", "does", "did", "is", "are", "was", "were", "am", "be", "been", "being",
    "please", "tell",
])  # fmt: skip
FUNCTION_EN = frozenset([
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "with", "without", "by", "from", "and", "or", "but", "not",
    "no", "nor", "as", "than", "then", "so", "too", "very", "just", "if", "into", "onto", "up", "out", "off", "over",
    "about", "around", "i", "we", "you", "he", "she", "it", "they", "me", "us", "him", "her", "them", "my", "our",
    "your", "his", "its", "their", "mine", "ours", "this", "that", "these", "those", "there", "here", "have", "has",
    "had", "having", "get", "gets", "got", "getting", "some", "any", "all", "each", "every", "way", "ways", "good",
    "best", "better", "more", "most", "much", "many", "really", "thing", "things", "s", "t", "re", "ve", "ll", "d", "m",
    "know", "knows", "whether", "want", "wants", "need", "needs", "make", "makes", "making", "made", "let", "lets",
    "keep", "keeps", "somebody", "someone", "anybody", "anyone", "everybody", "everyone", "something", "anything",
    "everything", "also", "still", "even", "ever", "never", "now", "only", "both", "such", "through", "while", "during",
    "before", "after", "again", "between", "because", "until", "yet", "ok", "go", "goes", "going", "like", "else",
    "far", "lot", "lots", "bit", "been", "cannot", "vs", "versus", "etc", "eg", "ie", "per", "maybe", "actually", "um",
    "uh", "hi", "hello", "thanks", "folks", "dont", "doesnt", "didnt", "cant", "couldnt", "wont", "wouldnt", "isnt",
    "arent", "wasnt", "shouldnt", "havent", "im", "ive", "youre", "theyre", "thats", "whats", "theres", "heres", "us",
])  # fmt: skip
STOP = QUESTION_ZH | FUNCTION_ZH | QUESTION_EN | FUNCTION_EN


def is_stop(surface: str) -> bool:
    """True for a word that carries no subject, a lone figure included. ``surface`` is normalised and unstemmed."""
    return surface in STOP or (len(surface) == 1 and surface.isdecimal())
