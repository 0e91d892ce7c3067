"""Which categories a text is about: how often the suggestion is right.

    pazar bench suggest [--data ../shared] [--json]
    pazar bench suggest --notices FILE [--json]

Without FILE: TED's notices of one buyer in five (by a hash of the buyer's name) are held out, a model is trained on the
rest, and asked for the held out; the same model is asked for the Spanish minor contracts, whose portal it never saw.
With FILE: the model that Pazar ships is asked; FILE is JSON lines of normalised notices (`title`, `cpv`, perhaps
`description`), or a CSV with columns for text and code, gzipped or not.

For each level of the CPV: the share of texts whose main category is the first suggestion, and is among the first five.
Yardsticks of the same run: always the most frequent categories, and the search by labels alone. A few settings (how
fast a word's weight fades, how many neighbours vote) were chosen on these very notices.
"""

import argparse
import csv
import gzip
import io
import json
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench._suggest import LISTS, held_out, notices, of_labels, place, samples  # noqa: E402

from pazar.ground.codes.rules.suggestion import Model, Suggested, by_prefix  # noqa: E402

LEVELS = {"division": 2, "group": 3, "class": 4, "category": 5, "full": 8}
SPANISH = "es_minor_contracts_description_cpv.csv.gz"
TEXT_COLUMNS = ("text", "description_es", "description", "title", "name")
CODE_COLUMNS = ("cpv", "code", "codes", "cpvs")

Case = tuple[str, list[str]]  # a text, its codes with the main one first
Answer = Callable[[str], list[Suggested]]


def measure(answer: Answer, cases: Iterable[Case]) -> dict:
    right: dict[str, list[int]] = {level: [0, 0] for level in LEVELS}
    took: list[float] = []
    count = 0
    for text, codes in cases:
        began = time.perf_counter()
        found = answer(text)
        took.append(time.perf_counter() - began)
        count += 1
        for level, length in LEVELS.items():
            ranked = [one.code for one in by_prefix(found, length)[:5]]
            right[level][0] += ranked[:1] == [codes[0][:length]]
            right[level][1] += codes[0][:length] in ranked
    took.sort()
    return {
        "texts": count,
        **{
            level: {"top1": round(first / max(1, count), 4), "top5": round(five / max(1, count), 4)}
            for level, (first, five) in right.items()
        },
        "p50_ms": round(took[len(took) // 2] * 1000, 1) if took else None,
        "p95_ms": round(took[int(len(took) * 0.95)] * 1000, 1) if took else None,
    }


def most_frequent(codes: Iterable[str]) -> Answer:
    counts = Counter(codes)
    whole = counts.total()
    always = [Suggested(code, count / whole) for code, count in counts.most_common()]
    return lambda text: always


def own_notices(folder: Path) -> tuple[Model, dict[str, list[Case]], list[str]]:
    found = notices(folder)
    learnt = [one for one in found if not held_out(one)]
    kept = [one for one in found if held_out(one)]
    cases = {
        "held out, title": [(one["title"], one["cpv"]) for one in kept],
        "held out, title and description": [
            (f"{one['title']} {one.get('description') or ''}", one["cpv"]) for one in kept
        ],
    }
    by_language: dict[str, list[Case]] = defaultdict(list)
    for one in kept:
        by_language[one.get("language") or "?"].append((one["title"], one["cpv"]))
    for language, own in sorted(by_language.items()):
        if len(own) >= 20:
            cases[f"held out, title, {language}"] = own
    cases["Spanish minor contracts"] = read_cases(place(folder, SPANISH))
    return Model.trained(samples(learnt)), cases, [one["cpv"][0] for one in learnt]


def read_cases(path: Path) -> list[Case]:
    """Texts with their codes from JSON lines or CSV; what has no text or no code is left out."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    text = raw.decode("utf-8-sig", errors="replace")
    if text.lstrip()[:1] in "{[":
        whole = text.lstrip()
        found = (
            json.loads(whole) if whole[0] == "[" else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
        rows = [of_notice(one) for one in found]
    else:
        first = text.splitlines()[0] if text else ""
        sign = max(",;\t", key=first.count)
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=sign)
        names = {name.strip().lower(): name for name in table.fieldnames or ()}
        said = next((names[name] for name in TEXT_COLUMNS if name in names), None)
        code = next((names[name] for name in CODE_COLUMNS if name in names), None)
        if said is None or code is None:
            raise SystemExit(f"{path.name} has no column for text ({TEXT_COLUMNS}) or for code ({CODE_COLUMNS})")
        rows = [(row[said] or "", codes_in(row[code] or "")) for row in table]
    return [(said.strip(), codes) for said, codes in rows if said.strip() and codes]


def of_notice(one: dict) -> Case:
    codes = one.get("cpv") or [
        identifier
        for scheme, identifier in one.get("classifications") or ()
        if scheme and identifier and ("CPV" in scheme.upper() or "021" in scheme)
    ]
    text = " ".join(part for part in (one.get("title"), one.get("description"), one.get("text")) if part)
    return text, codes_in(" ".join(codes) if isinstance(codes, list) else str(codes))


def codes_in(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"(?<!\d)\d{8}(?!\d{2})", text)))


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    arguments.add_argument("--notices", type=Path)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    report: dict = {"results": {}}
    if chosen.notices:
        model = Model.unpacked(gzip.decompress((LISTS / "suggestions.bin.gz").read_bytes()))
        cases = {chosen.notices.name: read_cases(chosen.notices)}
        frequent = [codes[0] for _text, codes in cases[chosen.notices.name]]
        report["model"] = "as shipped"
        report["most_frequent"] = "of the same file, which flatters it"
    else:
        began = time.perf_counter()
        model, cases, frequent = own_notices(Path(chosen.data))
        report["model"] = f"trained without the held-out buyers in {time.perf_counter() - began:.0f} s"
        report["most_frequent"] = "of the notices trained on"
    yardsticks = {
        "suggestions": model.suggest,
        "yardstick: labels alone": Model.trained(list(of_labels())).suggest,
        "yardstick: most frequent": most_frequent(frequent),
    }
    for name, own in cases.items():
        asked = yardsticks if ", title, " not in name else {"suggestions": model.suggest}
        report["results"][name] = {title: measure(answer, own) for title, answer in asked.items()}
    if chosen.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        show(report)
    return 0


def show(report: dict) -> None:
    print(f"Model: {report['model']}. Most frequent: {report['most_frequent']}. Shares: first / among five.")
    for name, answers in report["results"].items():
        print(f"\n{name} ({next(iter(answers.values()))['texts']} texts)")
        for title, figures in answers.items():
            shares = "  ".join(f"{level} {figures[level]['top1']:.3f}/{figures[level]['top5']:.3f}" for level in LEVELS)
            print(f"  {title:26} {shares}  p95 {figures['p95_ms']} ms")


if __name__ == "__main__":
    sys.exit(main())
