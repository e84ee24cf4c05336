"""Markdown from strangers → safe HTML, cut into sections; rendered once, presented per reader."""

from kbplatform.rendering.markdown import RENDERER_VERSION, RenderedDocument, RenderedSection, render
from kbplatform.rendering.presenting import Presenter, SiteFacts
from kbplatform.rendering.vocabulary import SLOTS

__all__ = ["RENDERER_VERSION", "SLOTS", "Presenter", "RenderedDocument", "RenderedSection", "SiteFacts", "render"]
