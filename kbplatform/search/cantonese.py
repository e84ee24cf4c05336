"""Spoken Cantonese as people in Hong Kong type it, in the words that our pages are written in.

No mapping of characters helps here: 唔 is not written differently on the mainland, it is another word. Only what can't
be meant otherwise is replaced, and only where a text holds one of the characters that nobody uses in Mandarin.
"""

from __future__ import annotations

import re

_CHARACTERS = "唔嘅咗冇嚟佢喺啲嗰乜嘢咩哋咁噉俾畀攞嬲搵揾嗌啱嘥攰谂"
_PARTS_OF_OTHERS = {"点解": "决释答除读开码约散析锁绑", "点算": "账法数清上出", "点样": "式本子品", "好耐": "心用烦性", "几耐": "心用"}
"""Words that may be parts of others there (快点解决), with what follows in those."""
_MARKS = re.compile(f"[{_CHARACTERS}]|点解(?![{_PARTS_OF_OTHERS['点解']}])|点算(?![{_PARTS_OF_OTHERS['点算']}])|边度|边个|而家|倾偈")
_WORDS: dict[str, str] = dict(
    re.findall(
        r"(\S+)=(\S+)",
        """
    唔好意思=不好意思 顶唔顺=受不了 唔该晒=谢谢 唔见咗=丢失 唔见=丢失 唔夹=配合不好 唔妥=不满 唔满意=不满意 唔开心=不高兴
    唔知道=不知道 唔知=不知道 唔使=不用 唔好=不要 唔该=谢谢 唔系=不是 系唔系=是不是 有冇=有没有 可唔可以=可不可以 得唔得=行不行
    冇人听=没人接 冇人理=没人理 冇人=没人 点样=怎么 点算=怎么办 点解=为什么 点搞=怎么办 点做=怎么做 点处理=怎么处理 点同=怎么跟
    点先=怎么 乜嘢=什么 咩事=什么事 边度=哪里 边个=谁 几时=什么时候 几耐=多久 好耐=很久 好嬲=很生气 嬲爆=生气 发嬲=生气 火滚=生气
    发烂渣=发火 而家=现在 即刻=马上 依家=现在 返工=上班 收工=下班 收线=挂电话 倾偈=聊天 打嚟=来电 打俾=打给 打畀=打给 嘥时间=浪费时间
    甩漏=遗漏 搞掂=解决 搞唔掂=解决不了 执错=弄错 俾人闹=挨骂 畀人闹=挨骂 闹人=骂人 赶住=赶着 我哋=我们 你哋=你们 佢哋=他们 嗰个=那个
    呢个=这个 呢啲=这些 嗰啲=那些 啱啱=刚刚 唔=不 冇=没有 嘅=的 咗=了 嚟=来 佢=他 哋=们 喺=在 啲=些 嗰=那 乜=什么 咩=什么 嘢=东西
    咁=这么 噉=这样 俾=给 畀=给 攞=拿 嬲=生气 搵=找 揾=找 嗌=叫 啱=对 嘥=浪费 攰=累 谂=想
    """,
    )
)
_ANY = re.compile("|".join(f"{w}(?![{_PARTS_OF_OTHERS[w]}])" if w in _PARTS_OF_OTHERS else w for w in sorted(_WORDS, key=len, reverse=True)))


def in_mandarin(text: str) -> str:
    """Simplified text with its Cantonese words in Mandarin; as it is where none stands in it."""
    return _ANY.sub(lambda found: _WORDS[found[0]], text) if _MARKS.search(text) else text
