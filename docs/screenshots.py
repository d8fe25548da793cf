"""Take the pictures of docs/outputs.md: reports in a real browser. Needs the extra ``dev`` and Chromium.

python docs/screenshots.py

The collection is cut from the shipped corpus, with the register in place of an outlet; dates are dealt out in order, so
nothing in its curves means anything. Each picture carries the hash of the model that it shows, which a test compares
with the shipped one's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from shutil import which

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

from stance.model.artefact import read_manifest
from stance.training.corpus import Example
from stance.training.corpus_files import read_corpus

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = 120


def _collection(path: Path) -> None:
    articles: dict[str, list[Example]] = {}
    for example in read_corpus(ROOT / "data"):
        articles.setdefault(example.article, []).append(example)
    step = len(articles) // ARTICLES
    with path.open("w", encoding="utf-8") as stream:
        for i, (name, paragraphs) in enumerate(list(articles.items())[: ARTICLES * step : step]):
            text = "\n\n".join(paragraph.text for paragraph in paragraphs)
            date = f"2026-{1 + i * 8 // ARTICLES:02}-{1 + i % 28:02}"
            record = {"id": name, "outlet": paragraphs[0].fields["register"], "date": date, "text": text}
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def _stance(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "stance", *arguments], check=True)


def main() -> None:
    """Score, report, photograph."""
    chromium = which("chromium") or which("chromium-browser") or sys.exit("no Chromium is installed")
    stamp = PngInfo()
    stamp.add_text("model", read_manifest()["manifest_sha256"])
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        _collection(folder / "collection.jsonl")
        sources = {
            "article": ROOT / "data" / "articles" / "vienna-round.txt",
            "collection": folder / "collection.jsonl",
        }
        browser = driver.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        for kind, source in sources.items():
            _stance("score", str(source), "--explain", "-o", str(folder / f"{kind}.parquet"))
            _stance("report", str(folder / f"{kind}.parquet"), "-o", str(folder / f"{kind}.html"), "--articles", "3")
            for width, height in ((1400, 1000), (400, 800)):
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto((folder / f"{kind}.html").as_uri() + ("#text" if kind == "article" else "#groups"))
                picture = Image.open(BytesIO(page.screenshot()))
                picture.save(ROOT / "docs" / f"report-{kind}-{width}.png", pnginfo=stamp, optimize=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
