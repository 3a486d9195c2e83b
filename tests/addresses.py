"""Every address of the pages, with ids from a store filled in: what the walks over all pages go through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

from tocsin.base.ids import stable_int
from tocsin.base.seam import LIVE
from tocsin.store.evidence.rows import CaptureScope
from tocsin.store.store import Store

_HOLE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


def routes() -> dict[str, str]:
    """Return the route of each name, its holes as `<slug:brand>`."""
    return dict(_routes(get_resolver()))


def ids_of(store: Store, brand: str) -> dict[str, dict[str, str]]:
    """Return what fills the holes, by room or by name: the newest story that is large, an alert, a watch and so on.

    A room without such a thing in the store has no entry, so that `filled` leaves its addresses out.
    """
    stories = sorted(store.stories(brand, LIVE, limit=50), key=lambda story: -story.posts)
    alerts, surges = store.alerts(brand=brand, timeline=LIVE, limit=50), store.surges(brand, LIVE, limit=50)
    watches, members = store.watching.watches(brand), store.people.everybody()
    found: dict[str, dict[str, str]] = {"stream": {"row": str(store.last_mention())}}
    if stories:
        found["stories"] = {"number": stories[0].id}
        found["today:chart"] = {"kind": "story", "number": stories[0].id}
    if alerts:
        found["alerts"] = {"number": alerts[0].id, "wanted": "take"}
    if surges:
        found["stories:surge"] = {"number": surges[0].id}
    if watches:
        found["watches"] = {"number": str(watches[0].number)}
    heard = [row.post.author for row in store.latest_mentions(brand, limit=50) if row.post.author is not None]
    if heard:
        found["personal"] = {"number": str(stable_int(heard[0].platform, heard[0].handle))}
        found["personal:keep"] = {"purpose": "mentions"}
        found["personal:draft"] = {"kind": "notice", "ending": "txt"}
    found.update(_proof(store, brand))
    if members:
        found["people"] = {"number": str(members[-1].id), "role": "reader"}
    return found


def _proof(store: Store, brand: str) -> dict[str, dict[str, str]]:
    """Return what fills the holes of the room of dossiers: the one that holds most, its capture, letter and clock."""
    dossiers = sorted(store.dossiers.dossiers(brand), key=lambda row: -row.captures)
    captures = store.evidence.captures(CaptureScope(brand=brand))
    shown = [one for one in captures if one.folder and one.erased_at is None] or captures
    found: dict[str, dict[str, str]] = {}
    if dossiers:
        number = dossiers[0].number
        letters, clocks = store.dossiers.letters(number), store.dossiers.clocks(number)
        found["dossiers"] = {"number": number} | ({"capture": shown[0].number} if shown else {})
        found["dossiers:write"] = {"kind": "right_of_reply"}
        if shown and shown[0].folder:
            found["dossiers:file"] = {"name": "text.txt"}
        if letters:
            one = {"letter": str(letters[0].id)}
            found |= {"dossiers:letter": one, "dossiers:letter_act": one}
            found["dossiers:letter_file"] = one | {"ending": "txt"}
        if clocks:
            found["dossiers:act"] = {"clock": str(clocks[0].id)}
    elif shown:
        found["dossiers"] = {"capture": shown[0].number}
    return found


def filled(brand: str, ids: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield name and address of each route whose holes are all known."""
    for name, route in sorted(routes().items()):
        values = {"brand": brand, **ids.get(name.partition(":")[0], {}), **ids.get(name, {})}
        if all(hole in values for hole in _HOLE.findall(route)):
            yield name, "/" + _HOLE.sub(lambda hole, known=values: known[hole[1]], route)


def _routes(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route, entry.namespace or space)
        elif isinstance(entry, URLPattern):
            yield (f"{space}:{entry.name}" if space else str(entry.name)), route
