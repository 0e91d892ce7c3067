"""Make build/vendor from node_modules: what browsers and Typst get from elsewhere.

hpke.js old-keys.js pki.js shamir.js uplot.js  one ES module per library, from the entries in scripts/vendor/
uplot.css tabler.min.css       style sheets
golos.css, fonts/*.woff2       the typeface for browsers, by subset
fonts/*.ttf                    the typeface for Typst, which reads no woff2
icons/<name>.svg               Tabler's outline icons, to be put inline by templates
LICENSES.txt                   the terms of all of them
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import house
from house import ROOT, VENDOR, Trouble

MODULES = ROOT / "node_modules"
TABLER_CSS = MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
GOLOS_WEB = MODULES / "@fontsource-variable" / "golos-text"
GOLOS_TTF = MODULES / "@expo-google-fonts" / "golos-text"
ICONS = MODULES / "@iconify-json" / "tabler" / "icons.json"
STROKE = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" stroke-width="2"'


def build() -> None:
    """Build beside the old folder and change places, so that a running server never sees half of it."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    bundle(fresh)
    write_styles(fresh)
    copy_fonts(fresh)
    write_icons(fresh / "icons")
    write_licences(fresh / "LICENSES.txt")
    old = VENDOR.with_name("vendor.old")
    shutil.rmtree(old, ignore_errors=True)
    if VENDOR.exists():
        VENDOR.rename(old)
    fresh.rename(VENDOR)
    shutil.rmtree(old, ignore_errors=True)


def bundle(to: Path) -> None:
    entries = sorted((ROOT / "scripts" / "vendor").glob("*.js"))
    done = subprocess.run(
        [
            *(*house.node(), str(MODULES / "esbuild" / "bin" / "esbuild"), *map(str, entries)),
            *("--bundle", "--format=esm", "--platform=browser", "--target=es2022", "--minify"),
            # a terminal library offers Node's crypto beside WebCrypto; browsers have the second
            *(
                "--external:node:crypto",
                "--external:crypto",
                "--legal-comments=none",
                "--log-level=warning",
                f"--outdir={to}",
            ),
        ],
        cwd=ROOT,
        env=house.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or done.stderr.strip():
        raise Trouble(
            f"esbuild complains:\n{done.stderr.strip()}",
            "Mend the entry in scripts/vendor/ or the version in package.json.",
        )


def write_styles(to: Path) -> None:
    # the map isn't shipped, and a style sheet that names a missing file can't be packed
    (to / "tabler.min.css").write_text(without_source_map(TABLER_CSS.read_text("utf-8")), "utf-8")
    shutil.copyfile(MODULES / "uplot" / "dist" / "uPlot.min.css", to / "uplot.css")


def without_source_map(text: str) -> str:
    return re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)


def copy_fonts(to: Path) -> None:
    shutil.copytree(GOLOS_WEB / "files", to / "fonts")
    style = (GOLOS_WEB / "index.css").read_text("utf-8")
    (to / "golos.css").write_text(style.replace("./files/", "fonts/"), "utf-8")
    for path in sorted(GOLOS_TTF.rglob("*.ttf")):
        shutil.copyfile(path, to / "fonts" / path.name)


def write_icons(to: Path) -> None:
    """Each outline icon as an SVG file that takes its colour, size and stroke from the page."""
    to.mkdir()
    icons = json.loads(ICONS.read_text("utf-8"))["icons"]
    for name, icon in icons.items():
        if not name.endswith("-filled"):
            (to / f"{name}.svg").write_text(svg(name, icon["body"]), "utf-8")


def svg(name: str, body: str) -> str:
    # the stroke goes to the outer element, so that a style sheet can change it for the whole icon
    for attribute in STROKE.split(" "):
        body = body.replace(f" {attribute}", "")
    return (
        f'<svg class="icon icon-{name}" width="24" height="24" viewBox="0 0 24 24" {STROKE} '
        f'xmlns="http://www.w3.org/2000/svg" aria-hidden="true" focusable="false">{body}</svg>\n'
    )


def write_licences(to: Path) -> None:
    """All terms in one file, for whoever gets the files gets the terms too."""
    parts = []
    for package in sorted(MODULES.glob("**/package.json")):
        folder = package.parent
        about = json.loads(package.read_text("utf-8"))
        if "name" not in about or "version" not in about:
            continue  # a folder inside a package
        texts = [path.read_text("utf-8", "replace") for path in sorted(folder.glob("LICEN[CS]E*")) if path.is_file()]
        parts.append("\n\n".join([f"{about['name']} {about['version']} ({about.get('license', 'see below')})", *texts]))
    to.write_text(("\n\n" + "-" * 72 + "\n\n").join(parts), "utf-8")


if __name__ == "__main__":
    build()
