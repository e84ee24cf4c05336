"""What stands beside a number and says what it is: a label, a unit, a letter that it is part of."""

from __future__ import annotations

import re

from kbplatform.privacy.wordlists import words

_REACH = 28
"""Characters before a number that are read for a label."""
_END = r"(?:号码?|编号|号|ID|id)?\s{0,2}(?:[:=#/]|是|为)?\s{0,2}[\"'“「(]?$"
_CODE = re.compile(
    r"(?:[单编批货款型票件工学序税户]号|订单|运单|工单|流水|序列|合同|保单|发票|凭证|案件|条码|条形码|编码|批次|版本|型号|代码"
    r"|[券兑激][换活]?码|优惠码|取件码|验证码|时间戳|[追跟]踪|受理|交易|参考|注册|信用代码|机器码|设备|车架|发动机|商户|门店"
    r"|商品|产品|包裹|快递单|物流单|任务|需求|记录|会话|请求)"
    + _END
)
_CODE_EN = re.compile(
    r"(?<![a-z])(?:orders?|tickets?|tracking|invoices?|serial|cases?|ref|reference|sku|batch|policy|contract|build|version|model|parts?|items?"
    r"|products?|waybill|parcels?|shipment|po|transactions?|txn|receipt|booking|asset|imei|isbn|ean|upc|issues?|bugs?|commit|timestamp|session|request|trace|job|tasks?"
    r"|s/?n|articles?|voucher|coupon|claim|(?<!on )file|img|image|log|epoch|uid|uuid)[ _-]?(?:numbers?|num|no\.?|nr|id|ids|code|codes|key)?"
    r"\s{0,2}(?:[:=#/_-]|is|was)?\s{0,2}[\"'“「(]?$",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?:手机|手提|门号|市话|电话|联系方式|座机|固话|致电|拨打?|打|回电|来电|回拨|号码|移动电话|传真|whatsapp|支付宝)(?:号码?)?"
    r"\s{0,2}(?:[:=/]|是|为|到|给)?\s{0,2}[\"'“「]?$",
    re.IGNORECASE,
)
_PHONE_EN = re.compile(
    r"(?<![a-z])(?:phone|tel|telephone|mobile|cell|cellphone|call|called|contact|reach|number|hp|mob|dial|text|whatsapp|sms|ring|landline|fax|home)"
    r"(?: (?:me|him|her|us|them|back|phone))?(?: (?:number|no\.?))?(?: (?:at|on|is|was))?\.?\s{0,2}[:=]?\s{0,2}[\"'“]?$",
    re.IGNORECASE,
)
_NUMBER_OF_A_PAPER = re.compile(r"(?:发票|票据|凭证|保单|合同|订单|运单)[^。;]{0,20}号码\s{0,2}[:=]?\s{0,2}$")
"""号码 says telephone, but not beside a paper that has a number too: 发票代码 …，号码 …"""
_TAIWAN = re.compile(
    r"(?:台湾|台北|新北|桃园|台中|台南|高雄|基隆|新竹|苗栗|彰化|南投|云林|嘉[义義]|屏[东東]|宜[兰蘭]|花[莲蓮]|台[东東])[^0-9。]{0,6}$"
)
_OPEN_LINE = re.compile(
    r"(?:客服|服务|热线|咨询|投诉|报警|急救|公司|官方|总机|前台|support|hotline|service|helpline|customer care)\W{0,2}\w{0,6}\W{0,3}$", re.IGNORECASE
)
_IDENTITY = re.compile(
    r"(?:身份证件?|证件|身份)(?:号码?|是|为|[ :=])*$|(?<![a-z])(?:id|identity)(?: card)?(?: (?:number|no\.?))?(?: is)?\s{0,2}[:=]?\s{0,2}$",
    re.IGNORECASE,
)
_BANK = re.compile(
    r"(?:银行卡|储蓄卡|信用卡|借记卡|卡|银行账户|银行账号|账户|账号|尾号)(?:号码?|是|为|[ :=])*$"
    r"|(?<![a-z])(?:bank|credit|debit|card)(?: (?:card|account))?(?: (?:number|no\.?))?(?: is)?\s{0,2}[:=]?\s{0,2}$", re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[¥$€£]|rmb|cny|usd|hkd|eur)\s?$", re.IGNORECASE)
_UNIT_AFTER = re.compile(
    r"\s?(?:元(?!旦)|块钱|万|亿|字节|毫秒|像素|人次|公里|公斤|吨|股|%|(?:bytes?|ms|kb|mb|gb|px|kg|km|tokens?|rmb|usd|cny)(?![a-z]))", re.IGNORECASE
)
_FILE_AFTER = re.compile(r"\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|txt|csv|zip|log|mp[34]|html?)(?![a-z])|_[a-z0-9]", re.IGNORECASE)
_LETTERS_BEFORE = re.compile(r"([A-Za-z]{1,24})([_-]?)$")
_LETTERS_AFTER = re.compile(r"[A-Za-z]{1,12}")
_SPOKEN = words("""
tel phone telephone mobile mob call called cell is was at on to number from contact me him her us and or hp ph dial text sms whatsapp wechat
vx wx weixin qq fax my with by via v card id
""")
"""Words to which a number may be glued and still be one."""


def before(text: str, start: int) -> str:
    """What is read for a label: the few characters before a place."""
    return text[max(0, start - _REACH) : start]


def is_code(ahead: str) -> bool:
    """Whether the words ahead say that an order, a ticket, a version … follows."""
    return bool(_CODE.search(ahead) or _CODE_EN.search(ahead))


def is_phone(ahead: str) -> bool:
    """Whether the words ahead say that somebody's telephone number follows."""
    return bool(_PHONE.search(ahead) or _PHONE_EN.search(ahead)) and not _OPEN_LINE.search(ahead) and not _NUMBER_OF_A_PAPER.search(ahead)


def is_taiwan(ahead: str) -> bool:
    """Whether the words ahead name Taiwan or one of its towns."""
    return bool(_TAIWAN.search(ahead))


def is_identity(ahead: str) -> bool:
    """Whether the words ahead say that an identity number follows."""
    return bool(_IDENTITY.search(ahead))


def is_bank(ahead: str) -> bool:
    """Whether the words ahead say that a bank card or account follows."""
    return bool(_BANK.search(ahead))


def stands_alone(text: str, end: int, ahead: str) -> bool:
    """Whether a number is one of its own: no amount, no file name, not part of a code with letters."""
    if _MONEY_BEFORE.search(ahead) or _UNIT_AFTER.match(text, end) or _FILE_AFTER.match(text, end):
        return False
    led = _LETTERS_BEFORE.search(ahead)
    if led and led[1].lower() not in _SPOKEN and (not led[2] or led[2] == "_" or (led[1].isupper() and len(led[1]) <= 5)):
        return False
    followed = _LETTERS_AFTER.match(text, end)
    return followed is None or (followed[0].islower() and len(followed[0]) > 1)
