"""One review that comes both by a mail of its platform and by its interface is kept once."""

from __future__ import annotations

import msgspec

from tocsin.base.post import Post, PostKind
from tocsin.base.seam import world_of
from tocsin.collect.adapter import Page, PageItem, Upsert
from tocsin.collect.same_review import is_from_mail, name_of, same_reviews
from tocsin.flows.engine import Engine


def told_once(engine: Engine, timeline: str, page: Page) -> Page:
    """Return a page in which a review that is stored already, told the other way, stands as the stored one.

    A mail about a review that its interface gave before becomes one more sighting of it. A review by the interface that
    a mail told before takes the place of what the mail told: the stored post gets its number, and is revised if its
    words differ; what people did with it stays.
    """
    reviews: dict[str, list[Post]] = {}
    for post in page.posts:
        if post.kind is PostKind.REVIEW and name_of(post):
            reviews.setdefault(post.platform, []).append(post)
    if not reviews:
        return page
    world, store = world_of(timeline), engine.store.collecting
    instead: dict[tuple[str, str], Post] = {}
    for posts in reviews.values():
        for new, old in same_reviews(*store.reviews_by(world, posts, [name_of(post) for post in posts])):
            if is_from_mail(new):
                instead[new.key] = old
            else:
                store.rename_post(world, old, new)
    if not instead:
        return page
    items: list[PageItem] = [
        Upsert(post=instead.get(item.post.key, item.post)) if isinstance(item, Upsert) else item for item in page.items
    ]
    return msgspec.structs.replace(page, items=items)
