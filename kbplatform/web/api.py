"""The JSON API: typed in, typed out, errors as problem+json, described by OpenAPI 3.1."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from flask import Response, jsonify
from flask.json.provider import DefaultJSONProvider
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ValidationError
from werkzeug.routing import Rule

import kbplatform
from kbplatform.bilingual import Text
from kbplatform.errors import FieldError, InvalidInput
from kbplatform.web.access import PUBLIC, declared_permission, public

if TYPE_CHECKING:
    from collections.abc import Callable

_SCHEME = "token"
_UNSTORABLE = re.compile(r"\\u[dD][89a-fA-F]")
"""How half a character, which no database takes, is written in JSON."""


class _KnownSchema(BaseModel):
    """A model that flask-openapi3 asks for its schema again and again: it is worked out once."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in pydantic
        """As in pydantic; nobody changes what it gives."""
        asked = repr((args, sorted(kwargs.items())))
        known: dict[str, dict[str, Any]] = cls.__dict__.get("_schemas", {})
        if asked not in known:
            cls._schemas = known = known | {asked: super().model_json_schema(*args, **kwargs)}
        return known[asked]

    _schemas: ClassVar[dict[str, dict[str, Any]]]


class QueryModel(_KnownSchema):
    """What stands in an address behind the question mark: the base of such models, whose schema is asked for at every request."""


class FieldProblem(BaseModel):
    """One wrong field."""

    field: str
    message: str


class Problem(_KnownSchema):
    """An error (RFC 9457). ``error_id`` is in the server's log too."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    error_id: str
    remedy: str | None = None
    errors: list[FieldProblem] | None = None


class CurrentText(BaseModel):
    """A text as it stands now."""

    revision: int
    markdown: str


class YourText(BaseModel):
    """A text that was not saved."""

    markdown: str


class StaleProblem(Problem):
    """A late save: both texts, to bring together by hand. They are missing where there is nothing to compare."""

    current: CurrentText | None = None
    yours: YourText | None = None


class ApiBlueprint(APIBlueprint):
    """A blueprint of the API: its errors are described as problem+json."""

    def __init__(self, name: str, import_name: str, **options: Any) -> None:  # noqa: ANN401 - Flask's options
        options.setdefault("abp_responses", {401: Problem, 403: Problem, 404: Problem, 422: Problem})
        options.setdefault("doc_ui", True)
        super().__init__(name, import_name, **options)

    def mount(self, prefix: str) -> None:
        """Put the blueprint under ``prefix``, in the routes and in the description. Before it is registered."""
        self.url_prefix = prefix
        self.paths = {prefix + path: operations for path, operations in self.paths.items()}


class _Json(DefaultJSONProvider):
    """Flask's JSON, in reading order, for which a text nested too deeply is a mistake of its writer."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ANN401 - Flask's signature
        try:
            found = super().loads(s, **kwargs)
        except RecursionError as error:
            msg = "nested too deeply"
            raise ValueError(msg) from error
        if _UNSTORABLE.search(s if isinstance(s, str) else s.decode("utf-8", "replace")):
            json.dumps(found, ensure_ascii=False).encode()  # raises ValueError where a lone surrogate is in it
        return found


class _Rule(Rule):
    """A rule whose code that builds addresses is compiled when one is first built: for all rules, that was a third of a start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(lambda: Rule._compile_builder(self, append_unknown))

        def build(rule: Rule, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - whatever stands in an address
            return compiled()(rule, **values)

        return build


def make_openapi_app(import_name: str) -> OpenAPI:
    """The Flask application object, with OpenAPI collected but no documentation pages of a third party."""
    app = OpenAPI(
        import_name,
        info=Info(title="kbplatform", version=kbplatform.__version__, description="Knowledge base and training platform for customer-service teams."),
        security_schemes={_SCHEME: {"type": "http", "scheme": "bearer", "description": "An API token, made under My account: Bearer kbp_…"}},
        doc_ui=False,
        validation_error_callback=_invalid,
        static_folder=None,
    )
    app.json = _Json(app)
    app.url_rule_class = _Rule
    return app


def install_openapi(app: OpenAPI) -> None:
    """Serve the description at ``/api/v1/openapi.json``. Call last: it describes the routes that exist."""

    @app.route("/api/v1/openapi.json")
    @public
    def openapi_json() -> Response:
        return jsonify(dict(app.api_doc) | {"openapi": "3.1.0", "paths": described})

    described = _with_permissions(app)


def _with_permissions(app: OpenAPI) -> dict[str, Any]:
    """The paths of the description; each operation says which permission it asks for, and that a token can hold it."""
    needed = {
        (re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule), method.lower()): declared_permission(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    return {
        path: {method: _secured(operation, needed.get((path, method))) for method, operation in operations.items()}
        for path, operations in app.api_doc["paths"].items()
    }


def _secured(operation: dict[str, Any], permission: str | None) -> dict[str, Any]:
    if permission is None:
        return operation
    return operation | {"security": [{}] if permission == PUBLIC else [{}, {_SCHEME: []}], "x-permission": permission}


def _invalid(error: ValidationError) -> Any:  # noqa: ANN401 - raised, never returned
    fields = tuple(FieldError(".".join(str(p) for p in e["loc"]) or "body", _words(e)) for e in error.errors())
    raise InvalidInput(Text("有字段填得不对", "Some fields can't be used as they are"), fields=fields)


def _words(error: Any) -> Text:  # noqa: ANN401 - pydantic's ErrorDetails
    context = error.get("ctx") or {}
    kind = error["type"]
    words = {
        "missing": Text("必填", "is required"),
        "int_parsing": Text("要写成整数", "must be a whole number"),
        "greater_than_equal": Text(f"不能小于 {context.get('ge')}", f"must be at least {context.get('ge')}"),
        "less_than_equal": Text(f"不能大于 {context.get('le')}", f"must be at most {context.get('le')}"),
        "string_too_long": Text(f"不能超过 {context.get('max_length')} 个字符", f"must be at most {context.get('max_length')} characters"),
        "string_too_short": Text("不能为空", "must not be empty"),
        "literal_error": Text(f"只能是 {context.get('expected')}", f"must be one of {context.get('expected')}"),
        "extra_forbidden": Text("没有这个字段", "there is no such field"),
        "json_invalid": Text("不是有效的 JSON", "is not valid JSON"),
    }
    return words.get(kind, Text(f"不能用：{error['msg']}", str(error["msg"])))


__all__ = ["ApiBlueprint", "FieldProblem", "Problem", "QueryModel", "StaleProblem", "install_openapi", "make_openapi_app"]
