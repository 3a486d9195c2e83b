"""What is held of one author as a ZIP archive: JSON for machines, one page for people."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

import msgspec

from tocsin.base.time import iso
from tocsin.flows.i18n import N_
from tocsin.flows.moments import Reader
from tocsin.flows.vocabulary import word
from tocsin.report.letter.markup import Html, join, tag
from tocsin.store.personal.rows import Holding, Portable

_STYLE = (
    "body{font:16px/1.55 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0"
    " 1rem;color:#15181d;background:#fefdfb}"
    "article{border-top:1px solid #dfdcd4;padding:1rem 0}p{overflow-wrap:anywhere}.small{font:13px/1.5 sans-serif;"
    "color:#626871}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#191d23}article{border-color:#2b3139"
    "}"
    ".small{color:#969ca4}}"
)


def author_archive(held: Portable, holding: Holding, reader: Reader, now: datetime) -> bytes:
    """Return the archive; the same content gives the same bytes."""
    whole = {"made_at": iso(now), "sources": list(holding.sources), **held}
    files = {
        "data.json": msgspec.json.format(msgspec.json.encode(whole), indent=2),
        "page.html": _page(held, holding, reader, now).encode("utf-8", "replace"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(now.year, now.month, now.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def _page(held: Portable, holding: Holding, reader: Reader, now: datetime) -> str:
    t, author = reader.t, holding.author
    title = t.text(N_("What is held of @{handle} on {platform}"), handle=author.handle, platform=author.platform)
    facts = [
        t.text(N_("Made on {at}."), at=reader.day_and_clock(now)),
        t.plural("{n} post", "{n} posts", len(held["posts"])),
        t.text(N_("Collected through: {sources}."), sources=", ".join(holding.sources) or "–"),
    ]
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("title", title),
        tag("style", Html(_STYLE)),
    )
    body = join(
        tag("h1", title),
        *(tag("p", fact, class_="small") for fact in facts),
        *_account(held.get("account"), reader),
        tag("h2", t.text(N_("Posts, and what was read in them"))),
        *(_post(one, reader) for one in held["posts"]),
    )
    if held["posts_not_wanted"]:
        words = t.text(N_("Posts that no watch wanted, kept for two days for previews"))
        body = join(body, tag("h2", words), *(_bare(one) for one in held["posts_not_wanted"]))
    return f"<!doctype html>\n{tag('html', tag('head', head), tag('body', body), lang=t.language)}\n"


def _account(account: Portable | None, reader: Reader) -> Iterator[Html]:
    if account:
        yield tag("h2", reader.t.text(N_("The account")))
        for name, value in account.items():
            if value is not None:
                yield tag("p", f"{name}: {value}", class_="small")


def _post(one: Portable, reader: Reader) -> Html:
    t, post = reader.t, one["post"]
    parts = [_bare(post)]
    for before in one["said_before"]:
        said = f"{before['title']} {before['text']}".strip()
        parts.append(tag("p", t.text(N_("Before {at}: {text}"), at=before["changed_at"], text=said), class_="small"))
    for reading in one["readings"]:
        read = reading["read"]
        kinds = ", ".join(word(kind, t) for kind in read["kinds"])
        line = t.text(
            N_("Brand {brand}, watch {watch}, source {source}: {tone}; {kinds}; severity {score}"),
            brand=reading["brand"],
            watch=reading["watch"],
            source=reading["source"],
            tone=word(read["tone"], t),
            kinds=kinds,
            score=read["severity"],
        )
        parts.append(tag("p", line, class_="small"))
        parts += [
            tag(
                "p",
                t.text(N_("Noted by the team: {label} {note}"), label=said["label"], note=said["note"]),
                class_="small",
            )
            for said in reading["labels"]
        ]
    return tag("article", *parts)


def _bare(post: Portable) -> Html:
    title = tag("b", post["title"]) if post.get("title") else Html("")
    seen = f"{post.get('created_at', '')} · {post.get('url') or post.get('native_id', '')}"
    return join(tag("p", title, " ", post["text"]), tag("p", seen, class_="small"))
