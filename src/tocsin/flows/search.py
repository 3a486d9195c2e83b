"""Search the mentions of a brand, or of all of them, with the query language."""

from __future__ import annotations

from tocsin.flows.engine import Engine
from tocsin.screen.query import parse_query
from tocsin.store.rows import MentionRow


def search_mentions(engine: Engine, query: str, brand: str | None, limit: int) -> list[MentionRow]:
    """Return the mentions that match, newest first, at most `limit`. Raises QueryError."""
    wanted = parse_query(query)
    slugs = [brand] if brand else [known.slug for known in engine.store.brands()]
    found = [mention for slug in slugs for mention in engine.store.search(slug, wanted, limit=limit)]
    return sorted(found, key=lambda mention: mention.post.created_at, reverse=True)[:limit]
