"""Sentences with and without personal data, made from a seed: built from the standards, not from the finder's tables."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

FAMILY = ["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭", "肖", "蔡", "潘", "田", "董", "袁", "于", "余", "叶", "蒋", "杜", "苏", "魏", "程", "吕", "丁", "沈", "任", "姚", "卢", "傅", "钟", "欧阳", "司马", "上官", "诸葛"]
GIVEN = ["伟", "芳", "娜", "敏", "静", "秀英", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "超", "明霞", "秀兰", "霞", "平安", "刚", "桂英", "子涵", "浩宇", "梓轩", "雨桐", "思远", "建国", "志强", "晓燕", "海燕", "婷婷", "欣怡", "一诺", "沐宸"]
WEST = ["Smith", "Johnson", "Tan", "Lim", "Garcia", "O'Brien", "Müller", "Watson", "Chen", "Wong", "Patel", "Nguyen", "Silva", "Kowalski", "Anderson"]
FIRST = ["John", "Mary", "Wei", "Priya", "Carlos", "Anna", "Daniel", "Mei", "Omar", "Sofia"]
MOBILE_HEADS = ["130", "131", "135", "136", "138", "139", "147", "150", "151", "152", "155", "158", "159", "166", "170", "173", "175", "176", "177", "178", "180", "181", "182", "185", "186", "187", "188", "189", "191", "193", "198", "199"]
TOWNS = [("010", 8), ("021", 8), ("0755", 8), ("020", 8), ("0571", 8), ("0512", 8), ("028", 8), ("0532", 8), ("0759", 7), ("0875", 7), ("029", 8), ("0916", 7)]
COUNTIES = ["110105", "310104", "440305", "330106", "510107", "420111", "320583", "610113", "350203", "210102", "130102", "500112"]
PLATE_HEADS = ["京A", "沪C", "粤B", "浙A", "苏E", "川A", "鲁B", "鄂A", "闽D", "渝D", "湘A", "冀B", "豫A", "陕A", "辽B"]
ZH_AROUND = [
    ("客户说", "一直打不通"), ("", "，请尽快回电"), ("今天上午", "来催了两次"), ("麻烦记一下", "。"), ("系统里登记的是", "，跟本人报的不一样"), ("（", "）"), ("对方留了", "，让我们下午再打"),
    ("先核对", "再往下办"), ("我把", "填错了"), ("刚才", "又问了一遍\n后面再说"), ("重点：", ""), ("她给的", "和工单上的对不上"),
]
EN_AROUND = [
    ("The caller gave ", " and hung up."), ("", " was on file."), ("Please use ", " from now on."), ("She confirmed ", ", then asked again."), ("(", ")"), ("Note: ", ""),
    ("We had ", " twice in the notes."), ("He spelled it as ", "; I read it back."),
]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence; ``value`` is what must go from it, empty where nothing may; ``kind`` says what it is or looks like."""

    text: str
    kind: str
    value: str


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spelled(r: random.Random, digits: str) -> str:
    ones = r.choice("一幺")
    return "".join({"0": "零", "1": ones, **dict(zip("23456789", "二三四五六七八九", strict=True))}[c] for c in digits)


def digits(r: random.Random, n: int, head: str = "") -> str:
    return head + "".join(r.choices(string.digits, k=n - len(head)))


def with_luhn(head: str) -> str:
    total = 0
    for place, char in enumerate(reversed(head)):
        n = int(char) * (2 if place % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return head + str(-total % 10)


def identity_sign(head: str) -> str:
    """ISO 7064 MOD 11-2 by its recursive definition."""
    product = 0
    for char in head:
        product = (product + int(char)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def birthday(r: random.Random) -> date:
    return date(1940, 1, 1) + timedelta(days=r.randrange(25_000))


def mobile(r: random.Random) -> str:
    n = digits(r, 11, r.choice(MOBILE_HEADS))
    a, b, c = n[:3], n[3:7], n[7:]
    forms = [n, n, n, f"{a} {b} {c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"+86 {n}", f"+86-{a}-{b}-{c}", f"86{n}", f"0086 {n}", full_width(n), spelled(r, n), f"{a}\u200b{b}\u200b{c}", " ".join(n), f"{a}  {b}  {c}"]
    return r.choice(forms)


def landline(r: random.Random) -> str:
    area, size = r.choice(TOWNS)
    local = digits(r, size, r.choice("2345678"))
    return r.choice([f"{area}-{local}", f"({area}){local}", f"（{area}）{local[:4]}-{local[4:]}", f"{area} {local}", f"{area}{local}", f"{area}-{local}转{r.randrange(100, 9999)}", f"{area}-{local}-{r.randrange(10, 999)}"])


def id_card(r: random.Random) -> str:
    head = f"{r.choice(COUNTIES)}{birthday(r):%Y%m%d}{r.randrange(1, 999):03}"
    n = head + identity_sign(head)
    return r.choice([n, n, n.lower(), f"{n[:6]} {n[6:14]} {n[14:]}", full_width(n), f"{n[:6]}-{n[6:14]}-{n[14:]}"])


def id_card_old(r: random.Random) -> str:
    return f"{r.choice(COUNTIES)}{birthday(r):%y%m%d}{r.randrange(1, 999):03}"


def bank_card(r: random.Random) -> str:
    head, size = r.choice([("622202", 19), ("621700", 19), ("622588", 16), ("4", 16), ("51", 16), ("55", 16), ("356", 16), ("37", 15), ("625", 16)])
    n = with_luhn(digits(r, size - 1, head))
    return r.choice([n, n, " ".join(n[i : i + 4] for i in range(0, len(n), 4)) if size != 15 else n, "-".join(n[i : i + 4] for i in range(0, len(n), 4)) if size == 16 else n, full_width(n)])


def email(r: random.Random) -> str:
    local = r.choice(["wang.li", "zhang_wei88", "j.smith", "li-na", "test+vip", "a1234567"]) + str(r.randrange(99))
    at = f"{local}@{r.choice(['qq.com', '163.com', 'gmail.com', 'mail.example.co.uk', 'corp-mail.cn'])}"
    return r.choice([at, at, at.upper(), full_width(at)])


def plate(r: random.Random) -> str:
    head = r.choice(PLATE_HEADS)
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    usual = r.choice([digits(r, 5), r.choice(letters) + digits(r, 4), digits(r, 4) + r.choice(letters), r.choice("DF") + digits(r, 5), digits(r, 5) + r.choice("DF"), digits(r, 4) + r.choice("学警挂")])
    return r.choice([head + usual, f"{head}·{usual}", f"{head} {usual}", f"{head}-{usual}", (head + usual).lower()])


def passport(r: random.Random) -> str:
    return r.choice(["E", "G", "EA", "EC"]) + digits(r, 8)[:8]


def hong_kong(r: random.Random) -> str:
    letter, n = r.choice(string.ascii_uppercase), digits(r, 6)
    total = 36 * 9 + (string.ascii_uppercase.index(letter) + 10) * 8 + sum(int(c) * w for c, w in zip(n, range(7, 1, -1), strict=True))
    return f"{letter}{n}({'0123456789A'[-total % 11]})"


def foreign(r: random.Random) -> str:
    return r.choice([f"+852 {digits(r, 4, '9')} {digits(r, 4)}", f"+65 8{digits(r, 7)}", f"+1 415 {digits(r, 3, '6')} {digits(r, 4)}", f"+44 20 7946 {digits(r, 4)}", f"+81-90-{digits(r, 4, '3')}-{digits(r, 4)}", f"+1 (212) {digits(r, 3, '7')}-{digits(r, 4)}"])


def put(r: random.Random, value: str, lang: str, labels: tuple[str, ...] = ("",)) -> str:
    head, tail = r.choice(ZH_AROUND if lang == "zh" else EN_AROUND)
    return f"{head}{r.choice(labels)}{value}{tail}"


LABELS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mobile": (("", "", "手机", "电话：", "手机号 ", "联系方式是"), ("", "", "phone ", "mobile: ", "her number ")),
    "landline": (("", "座机", "电话："), ("", "landline ", "phone: ")),
    "id_card": (("", "身份证", "身份证号：", "證件號碼 "), ("", "ID ", "ID number: ")),
    "bank_card": (("", "卡号", "银行卡："), ("", "card ", "card number: ")),
    "email": (("", "邮箱", "邮件："), ("", "e-mail ")),
    "plate": (("", "", "车牌", "车牌号："), ("", "plate ")),
    "passport": (("护照", "护照号：", "护照号码是"), ("passport ", "passport no. ", "Passport: ")),
    "hong_kong": (("", "香港身份证 "), ("", "HKID ")),
    "foreign": (("", "电话 "), ("", "phone ")),
}
MAKERS: dict[str, Callable[[random.Random], str]] = {
    "mobile": mobile, "landline": landline, "id_card": id_card, "bank_card": bank_card, "email": email, "plate": plate, "passport": passport,
    "hong_kong": hong_kong, "foreign": foreign,
}  # fmt: skip


def positives(seed: int = 7, each: int = 240) -> list[Sample]:
    """``each`` sentences of every kind, two thirds of them Chinese."""
    r = random.Random(seed)
    made = []
    for kind, make in MAKERS.items():
        for n in range(each):
            lang = "en" if n % 3 == 0 else "zh"
            value = make(r)
            made.append(Sample(put(r, value, lang, LABELS[kind][lang == "en"]), kind, value))
    for _ in range(each):
        made += [_named(r), _labelled_id(r)]
    return made


def _named(r: random.Random) -> Sample:
    if r.random() < 0.3:
        name = r.choice([r.choice(WEST), f"{r.choice(FIRST)} {r.choice(WEST)}"])
        return Sample(put(r, f"{r.choice(['Mr', 'Mr.', 'Ms', 'Ms.', 'Mrs', 'Miss', 'Dr'])} {name}", "en"), "name", name)
    name = r.choice(FAMILY) + (r.choice(GIVEN) if r.random() < 0.5 else "")
    head = r.choice(["", "客户", "请联系", "给", "找", "昨天", "这是", "已经跟", "谢谢", "下午要回访", "因为"])
    tail = r.choice(["说货没到", "很着急", "，您好", "。", "要求退款", "的订单", ""])
    return Sample(f"{head}{name}{r.choice(['先生', '女士', '小姐', '太太', '老师'])}{tail}", "name", name)


def _labelled_id(r: random.Random) -> Sample:
    if r.random() < 0.5:
        value = r.choice(["zhangsan", "li_na", "wx", "abc-d"]) + str(r.randrange(1000, 99999))
        return Sample(put(r, value, "zh", ("微信", "微信号：", "加微信", "vx:", "WeChat ")), "wechat", value)
    value = digits(r, r.randint(5, 10), r.choice("123456789"))
    return Sample(put(r, value, "zh", ("QQ", "QQ号：", "扣扣")), "qq", value)


def _order(r: random.Random) -> str:
    n = digits(r, r.choice([8, 9, 10, 12, 13, 14, 16, 17, 18, 20, 22, 24]), r.choice("123456789"))
    return r.choice([n, n, f"{n[:4]}-{n[4:]}"])


def _bad_luhn(r: random.Random) -> str:
    right = with_luhn(digits(r, 15, r.choice("456")))
    n = right[:-1] + str((int(right[-1]) + r.randint(1, 9)) % 10)
    return r.choice([n, " ".join(n[i : i + 4] for i in range(0, 16, 4))])


def _bad_identity(r: random.Random) -> str:
    head = f"{r.choice(COUNTIES)}{birthday(r):%Y%m%d}{r.randrange(1, 999):03}"
    return head + r.choice([c for c in string.digits if c != identity_sign(head)])


def _day(r: random.Random) -> str:
    d = date(2019, 1, 1) + timedelta(days=r.randrange(3000))
    return r.choice([f"{d:%Y-%m-%d} {r.randrange(24):02}:{r.randrange(60):02}", f"{d:%Y.%m.%d}", f"{d:%Y%m%d}", f"{d:%Y%m%d%H%M%S}", f"{d.year}年{d.month}月{d.day}日", f"{d:%Y/%m/%d}-{d:%m/%d}", f"{d:%d-%m-%Y} 10.30"])


LOOK_ALIKES: dict[str, Callable[[random.Random], str]] = {
    "order": lambda r: f"{r.choice(['订单号', '订单', '单号：', 'order ', ''])}{_order(r)}",
    "order like a mobile": lambda r: f"{r.choice(['订单号', '工单', '流水号：', 'order no. ', 'ticket '])}{digits(r, 11, r.choice(MOBILE_HEADS))}",
    "tracking": lambda r: r.choice(["SF", "JD", "YT", "ZTO", "EMS", "1Z"]) + digits(r, r.choice([11, 12, 13, 15])),
    "serial": lambda r: r.choice([f"SN{digits(r, 11, '13')}", f"SKU-{digits(r, 8)}", f"{digits(r, 4)}-{digits(r, 4)}-{r.choice('AKX')}{digits(r, 3)}", f"货号{digits(r, 9)}"]),
    "version": lambda r: r.choice(["版本", "version ", "v"]) + ".".join(str(r.randrange(40)) for _ in range(r.choice([3, 4]))),
    "date": _day,
    "amount": lambda r: r.choice([f"¥{r.randrange(10**10):,}", f"{r.randrange(10**6, 10**10)}元", f"{r.randrange(10**8):,}.50", f"RMB {r.randrange(10**7)}", f"{digits(r, 11, '138')}元"]),
    "address of a machine": lambda r: ".".join(str(r.randrange(1, 255)) for _ in range(4)),
    "isbn": lambda r: f"978-7-{digits(r, 3)}-{digits(r, 5)}-{digits(r, 1)}",
    "card without luhn": _bad_luhn,
    "identity without check": _bad_identity,
    "service line": lambda r: r.choice([f"客服电话95{digits(r, 3)}", f"400-{digits(r, 3)}-{digits(r, 4)}", f"400{digits(r, 7)}", "12315", f"800-{digits(r, 3)}-{digits(r, 4)}", "热线12345", f"support line 95{digits(r, 3)}"]),
    "extension": lambda r: r.choice(["分机", "转", "ext. ", "工号"]) + str(r.randrange(100, 99999)),
    "nobody": lambda r: r.choice(["各位先生", "这位女士", "女士优先", "先生们好", "任何女士", "小姐姐", "对方先生", "顾客先生", "那位老师", "高级女士香水", "本周女士专场", "一位江苏女士", "导游小姐", "Ms Excel", "Mr Bean", "Miss Universe", "Dr Pepper", "miss the call"]),
    "measure": lambda r: r.choice([f"{digits(r, 10, '1')}ms", f"{r.randrange(10**9, 10**11)} bytes", f"得分 {' '.join(str(r.randrange(10, 99)) for _ in range(6))}", f"{r.randrange(1000)}x{r.randrange(1000)}", f"时间戳{digits(r, 10, '17')}"]),
    "brand": lambda r: r.choice(["新MT6893芯片", "京A股", "微信小程序", "QQ音乐", "WeChat Pay", "icon@2x.png", "lodash@4.17.21", "iPhone 15 Pro Max", "RTX 4090", "护照办理", "@客服小王", "微信支付2026"]),
}  # fmt: skip


def negatives(seed: int = 11, each: int = 140) -> list[Sample]:
    """``each`` sentences of every kind of look-alike."""
    r = random.Random(seed)
    made = []
    for kind, make in LOOK_ALIKES.items():
        made += [Sample(put(r, make(r), "en" if n % 3 == 0 else "zh"), kind, "") for n in range(each)]
    return made
