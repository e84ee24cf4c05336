"""What a site adds to masking, and how a mistake in its file is said."""

from __future__ import annotations

import pytest

from kbplatform.errors import SettingsError
from kbplatform.privacy import find, load_rules, mask

GOOD = """
public = ["010-6552 9988", "service@example.com", "@shop.example"]

[[rule]]
id = "member"
zh = "会员号"
en = "member number"
pattern = 'VIP-########'

[[rule]]
id = "door"
zh = "门锁码"
en = "door code"
pattern = '#{4,6}'
labels = ["门锁密码", "door code"]

[[rule]]
id = "policy"
zh = "保单号"
en = "policy number"
pattern = 'C\\A?-####'
"""


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "masking.toml").write_text(GOOD, "utf-8")
    return load_rules(tmp_path / "masking.toml")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("会员 VIP-12345678 来电", "会员 〔会员号〕 来电"),
        ("会员ｖｉｐ １２３４ ５６７８来电", "会员〔会员号〕来电"),
        ("VIP-123456789", "VIP-123456789"),
        ("门锁密码是 1234，第 1234 单", "门锁密码是 〔门锁码〕，第 1234 单"),
        ("保单 CA7-1234 和 CB7-1234", "保单 〔保单号〕 和 CB7-1234"),
        ("打 010-65529988 或写 SERVICE@example.com，别写 me@example.com", "打 010-65529988 或写 SERVICE@example.com，别写 〔邮箱〕"),
        ("any@shop.example", "any@shop.example"),
    ],
)
def test_the_site_s_own_numbers_go_and_its_public_ones_stay(rules, text, masked):
    assert mask(text, lang="zh", rules=rules).text == masked
    assert mask(masked, lang="zh", rules=rules).text == masked


def test_without_a_file_nothing_is_added():
    assert load_rules(None).site == ()
    assert not find("VIP-12345678")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = 1", "x: Extra inputs are not permitted"),
        ("[[rule]]\nid = 'a'", "rule.0.zh: Field required"),
        ("[[rule]]\nid='a'\nzh='甲'\nen='a'\npattern='##'", "at least four of # A ?"),
        ("[[rule]]\nid='a'\nzh='甲'\nen='a'\npattern='#{1,9}#{1,9}##'", "at most one range"),
        ("[[rule]]\nid='a'\nzh='甲'\nen='a'\npattern='#{9,2}####'", "needs 1 ≤ m ≤ n ≤ 40"),
        ("[[rule]]\nid='mobile'\nzh='甲'\nen='a'\npattern='####'", "built-in kind"),
        ("[[rule]]\nid='a'\nzh='甲'\nen='a'\npattern='####'\n" * 2, "used twice: a"),
        ("[[rule", "masking.toml"),
        ("\n".join(f"[[rule]]\nid='a{n}'\nzh='甲'\nen='a'\npattern='####'" for n in range(41)), "at most 40"),
    ],
)
def test_a_mistake_is_said_with_the_file_and_the_rule(tmp_path, content, said):
    path = tmp_path / "masking.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(SettingsError) as error:
        load_rules(path)
    assert said in error.value.message.en
    assert str(path) in error.value.message.en


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="can't be read"):
        load_rules(tmp_path / "none.toml")
