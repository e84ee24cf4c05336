"""Tables of the plugin."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.sdk import Base


class Reference(Base):
    """An article names a calculator."""

    __tablename__ = "calculators_reference"

    calculator: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True, index=True)
    lang: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
