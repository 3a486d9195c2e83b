"""Make files of invented posts about Maison Alba for the scenarios."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

WORDS = [
    "livraison",
    "colis",
    "retard",
    "merci",
    "sablés",
    "bravo",
    "remboursement",
    "magasin",
    "équipe",
    "recette",
    "qualité",
    "prix",
]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def write_posts(path: Path, posts: int, *, seed: int, prefix: str) -> Path:
    """Write that many distinct posts, two thirds about the brand, 40 seconds apart; return the path."""
    dice = random.Random(seed)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(posts):
            about = "Maison Alba" if number % 3 else "Autre chose"
            text = f"{about} : {' '.join(dice.choices(WORDS, k=8))} {prefix}{number}"
            at = START + timedelta(seconds=40 * number)
            line = {
                "id": f"{prefix}{number}",
                "created_at": at.isoformat(),
                "author": f"voisin{dice.randrange(200)}",
                "text": text,
            }
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
