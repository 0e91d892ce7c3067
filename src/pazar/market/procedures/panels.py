"""What procedures shows on the page that gathers every domain's panels; its own pages show the same by `showing`."""

from pazar.market.procedures.showing import Head, head, panels

__all__ = ["Head", "head", "panels"]
