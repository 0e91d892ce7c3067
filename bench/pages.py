"""Server time, queries and weight of the main pages with the demo's data (issue: `pages`).

Goals: server time p95 ≤ 50 ms, ≤ 12 queries, ≤ 250 kB cold. Server time and queries are taken in this process,
with the whole middleware; the weight is what Chromium loads over the wire with an empty cache from a running centre.
Yardstick in the same run: `/healthz`, which does nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from _centre import load
from _demo import Look, Queries, client_of, demo_centre, looks

GOALS = {"p95_ms": 50.0, "queries": 12, "cold_kB": 250}
ROUNDS = 40


def measure(look: Look) -> dict[str, Any]:
    from django.db import connection

    client = client_of(look)
    for _ in range(3):
        answer = client.get(look.path)
        if answer.status_code != 200:
            raise SystemExit(f"{look.name} ({look.path}) answers {answer.status_code}")
    times = []
    queries = Queries()
    with connection.execute_wrapper(queries):
        client.get(look.path)
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(look.path)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "queries": queries.count,
        "html_kB": round(len(answer.content) / 1000, 1),
    }


def weigh(wanted: list[Look]) -> dict[str, float]:
    """kB over the wire, by page, in Chromium with an empty cache; {} without a browser."""
    chromium = os.environ.get("PAZAR_CHROMIUM", "/usr/bin/chromium")
    if not Path(chromium).exists():
        print(f"Not weighed: there is no browser at {chromium} (PAZAR_CHROMIUM).", file=sys.stderr)
        return {}
    from playwright.sync_api import sync_playwright

    # A centre serves packed files; unpacked ones weigh four times as much.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PAZAR_", "DATABASE_"))}
    subprocess.run(
        [sys.executable, "-m", "pazar.config.static"],
        env={**plain, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "pazar", "web", "--port", str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    weights = {}
    # Before Playwright's loop runs: Django refuses a database call inside one.
    sessions = {look.name: client_of(look).cookies["sessionid"].value for look in wanted if look.person is not None}
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for look in wanted:
                context = browser.new_context()
                if session := sessions.get(look.name):
                    context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://127.0.0.1:{port}"}])
                page = context.new_page()
                devtools = context.new_cdp_session(page)
                devtools.send("Network.enable")
                devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
                seen: list[float] = []
                devtools.on("Network.loadingFinished", lambda event, seen=seen: seen.append(event["encodedDataLength"]))
                page.goto(f"http://127.0.0.1:{port}{look.path}", wait_until="networkidle")
                weights[look.name] = round(sum(seen) / 1000, 1)
                context.close()
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, help="a seeded demo's data folder; one is made and removed if not said")
    arguments = parser.parse_args()
    with demo_centre(arguments.data):
        wanted = looks()
        weights = weigh(wanted)
        figures = {look.name: measure(look) | {"cold_kB": weights.get(look.name)} for look in wanted}
        yardstick = measure(Look(name="healthz", path="/healthz", person=None))
    missed = [
        f"{name}: {figure} {row[figure]} (goal {goal})"
        for name, row in figures.items()
        for figure, goal in GOALS.items()
        if row[figure] is not None and row[figure] > goal
    ]
    if arguments.json:
        print(
            json.dumps(
                {"pages": figures, "yardstick_healthz": yardstick, "goals": GOALS, "missed": missed, "load": load()}
            )
        )
        return
    print(f"{'page':14}{'p50 ms':>8}{'p95 ms':>8}{'queries':>9}{'html kB':>9}{'cold kB':>9}")
    for name, row in {**figures, "(healthz)": yardstick | {"cold_kB": None}}.items():
        print(
            f"{name:14}{row['p50_ms']:8}{row['p95_ms']:8}{row['queries']:9}{row['html_kB']:9}{row['cold_kB'] or '':>9}"
        )
    print(f"load average: {load()}; goals: " + ", ".join(f"{name} {goal}" for name, goal in GOALS.items()))
    print("Goals missed:" if missed else "All goals met.", *missed, sep="\n  ")


main()
