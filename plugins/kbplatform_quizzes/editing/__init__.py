"""Editing the bank in the browser: lists, forms for each kind, history, files in and out; and the same by API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform_quizzes.editing import api as bank_api
from kbplatform_quizzes.editing import bank_views, form_views, question_views, transfer_views

if TYPE_CHECKING:
    from flask import Blueprint

    from kbplatform.sdk import ApiBlueprint, Services


def add_pages(web: Blueprint, services: Services) -> None:
    """The pages under ``/p/quizzes/bank``."""
    bank_views.add_pages(web, services)
    transfer_views.add_pages(web, services)
    form_views.add_pages(web, services)
    question_views.add_pages(web, services)


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """The JSON under ``/api/v1/p/quizzes/questions``."""
    bank_api.add_routes(api, services)
