"""The regime packs that come with the house."""

from functools import lru_cache
from importlib import resources

from pazar.market.procedures.rules import regimes
from pazar.market.procedures.rules.regimes import Pack


@lru_cache
def packs() -> dict[str, Pack]:
    """All packs by code, each checked as it is loaded. Raises PackFaulty at the first use of a faulty one."""
    folder = resources.files("pazar.market.procedures") / "data" / "regimes"
    found = [
        regimes.parse(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".toml")
    ]
    return {pack.code: pack for pack in found}


def pack(code: str) -> Pack | None:
    return packs().get(code)
