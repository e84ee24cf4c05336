"""People from a CSV file: checked as a whole, with every mistake named by its line, before anybody is added."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from kbplatform.accounts.names import clean_email, clean_name, key_of
from kbplatform.accounts.people import NewPerson
from kbplatform.bilingual import Text
from kbplatform.errors import FieldError, InvalidInput, wrong

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_ROWS = 500
COLUMNS = ("name", "email", "roles", "teams")
_CHINESE = {"姓名": "name", "名字": "name", "邮箱": "email", "电子邮箱": "email", "角色": "roles", "团队": "teams"}


def read_people(text: str, *, roles: Collection[str], teams: Collection[str]) -> list[NewPerson]:
    """The rows of a CSV text with a heading line (name, email, roles, teams; several roles or teams apart by spaces or ;).

    Raises InvalidInput whose fields are ``line 3`` and so on: all mistakes at once.
    """
    rows = _rows(text.removeprefix("\ufeff"))
    heading = [_CHINESE.get(c.strip(), c.strip().lower()) for c in rows[0]]
    strange = [c for c in heading if c not in COLUMNS]
    if "name" not in heading or strange:
        raise wrong(
            "csv",
            Text(
                f"第一行应是列名 name,email,roles,teams（至少有 name）{'；不认识：' + '、'.join(strange) if strange else ''}",
                f"The first line names the columns name,email,roles,teams, at least name{'; unknown: ' + ', '.join(strange) if strange else ''}",
            ),
        )
    body = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if not body or len(body) > MAX_ROWS:
        raise wrong("csv", Text(f"要有 1 到 {MAX_ROWS} 行人员", f"Give 1 to {MAX_ROWS} people"))
    problems: list[FieldError] = []
    people: list[NewPerson] = []
    seen: dict[str, int] = {}
    for number, row in body:
        try:
            person = _person(dict(zip(heading, row, strict=False)), roles, teams)
            _require_new(person, number, seen)
            people.append(person)
        except InvalidInput as error:
            problems.append(FieldError(f"line {number}", Text(f"第 {number} 行：{error.message.zh}", f"Line {number}: {error.message.en}")))
    if problems:
        raise InvalidInput(Text("有几行要改，一个人都还没有添加", "Some lines need correcting; nobody has been added yet"), fields=tuple(problems))
    return people


def _rows(text: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=None), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise wrong("csv", Text("这不像 CSV 文件：请从表格软件另存为 CSV", "That is not a CSV file: save it as CSV from your spreadsheet")) from error
    if not rows:
        raise wrong("csv", Text("没有内容", "There is nothing in it"))
    return rows


def _delimiter(text: str) -> str:
    first = text.splitlines()[0] if text else ""
    return max(",;\t", key=first.count)


def _person(cells: dict[str, str], roles: Collection[str], teams: Collection[str]) -> NewPerson:
    email = clean_email(cells.get("email", "")) if cells.get("email", "").strip() else ""
    name = clean_name(cells.get("name", "") or email.split("@")[0])
    wanted = {"roles": _words(cells.get("roles", "")), "teams": _words(cells.get("teams", ""))}
    for field, known, zh, en in (("roles", roles, "角色", "role"), ("teams", teams, "团队", "team")):
        if missing := sorted(wanted[field] - set(known)):
            raise wrong(field, Text(f"没有这个{zh}：{'、'.join(missing)}", f"There is no such {en}: {', '.join(missing)}"))
    return NewPerson(name, email, wanted["roles"], wanted["teams"])


def _words(cell: str) -> frozenset[str]:
    return frozenset(cell.replace(";", " ").replace("；", " ").replace("、", " ").split())


def _require_new(person: NewPerson, number: int, seen: dict[str, int]) -> None:
    for key in filter(None, (key_of(person.name), key_of(person.email))):
        if key in seen:
            raise wrong("name", Text(f"和第 {seen[key]} 行重复", f"the same as line {seen[key]}"))
        seen[key] = number
