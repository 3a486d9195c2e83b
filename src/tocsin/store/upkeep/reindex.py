"""Build the full-text index anew from the posts."""

from __future__ import annotations

from tocsin.store.database import Database
from tocsin.store.write.index import add_documents, stored_documents

_BATCH = 2_000


def rebuild_index(db: Database) -> None:
    """Empty the index and fill it from the lead mentions, in batches."""
    if db.is_sqlite:
        db.run("insert into store_search (store_search) values ('delete-all')")
    else:
        db.run("delete from store_search")
    last = 0
    while True:
        documents = stored_documents(db, "m.id > %s order by m.id limit %s", [last, _BATCH])
        if not documents.row:
            return
        add_documents(db, documents)
        last = documents.row[-1]
