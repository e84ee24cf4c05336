"""Markdown from strangers → safe HTML, cut into sections; rendered once, presented per reader."""

from kbplatform.rendering.markdown import RENDERER_VERSION, RenderedDocument, RenderedSection, render
from kbplatform.rendering.presenting import EmbedMark, Presenter, SiteFacts, embeds_in, with_embeds
from kbplatform.rendering.vocabulary import SLOTS

__all__ = [
    "RENDERER_VERSION",
    "SLOTS",
    "EmbedMark",
    "Presenter",
    "RenderedDocument",
    "RenderedSection",
    "SiteFacts",
    "embeds_in",
    "render",
    "with_embeds",
]
