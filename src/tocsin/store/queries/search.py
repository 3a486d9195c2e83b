"""Search: the index proposes posts of a brand, the matcher's exact verifier decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tocsin.base.seam import LIVE
from tocsin.base.text import fold_text
from tocsin.screen.match.values import PostFacts
from tocsin.screen.match.verify import PostWords, verify
from tocsin.screen.query import (
    And,
    Comparison,
    Exact,
    FieldName,
    FieldTest,
    Fuzzy,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
)
from tocsin.screen.query.ast import READ_KINDS
from tocsin.store.database import Database, marks
from tocsin.store.queries.mentions import mentions_of
from tocsin.store.rows import MentionRow
from tocsin.store.write.index import LEXEME, mark

# A first page is found among its own candidates; only when the verifier refuses many are larger stretches read.
_SHORTEST_STRETCH = 20
_LONGEST_STRETCH = 1_000
Keep = Callable[[list[int]], list[int]]
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def search(
    db: Database, brand: str, query: Query, *, world: str = LIVE, limit: int = 100, before: int | None = None
) -> list[MentionRow]:
    """Return the posts of a brand that match a query, the last to come in first, one mention a post.

    before: row of the last one of the previous page.
    """
    found: list[MentionRow] = []
    for _, rows in search_stretches(db, brand, query, world=world, limit=limit, before=before):
        found.extend(rows)
        if len(found) >= limit:
            break
    return found[:limit]


def search_stretches(
    db: Database,
    brand: str,
    query: Query,
    *,
    world: str = LIVE,
    limit: int = 100,
    before: int | None = None,
    keep: Keep | None = None,
) -> Iterator[tuple[int, list[MentionRow]]]:
    """Yield, stretch by stretch of what the index proposes, the last row looked at and at most `limit` that match.

    keep: takes the rows that are wanted out of those proposed, before their texts are read. A stretch that holds more
    than `limit` matches ends at the last of them.
    """
    number, place = db.names.find_timeline(world), db.names.brand(brand)
    if number is None or limit <= 0:
        return
    language = _Sqlite() if db.is_sqlite else _Postgres()
    wanted = language.node(query.root)
    own = language.word(f"b:{number}:{place}")
    expression = own if wanted is None else language.both([own, wanted])
    for stretch in _stretches(db, expression, before, limit):
        rows = list(_matching(db, query, keep(stretch) if keep else stretch, limit))
        limit -= len(rows)
        yield (rows[-1].row if not limit else stretch[-1]), rows
        if not limit:
            return


def _stretches(db: Database, expression: str, before: int | None, limit: int) -> Iterator[list[int]]:
    """Yield the rows that the index proposes, newest first, in stretches that grow when many are refused."""
    match = "store_search match %s" if db.is_sqlite else "doc @@ %s::tsquery"
    last = 2**63 - 1 if before is None else before
    size = min(max(limit, _SHORTEST_STRETCH), _LONGEST_STRETCH)
    while True:
        sql = f"select rowid from store_search where {match} and rowid < %s order by rowid desc limit %s"
        rows = [row for (row,) in db.rows(sql, [expression, last, size])]
        if rows:
            yield rows
            last = rows[-1]
        if len(rows) < size:
            return
        size = _LONGEST_STRETCH


def _matching(db: Database, query: Query, rows: list[int], limit: int) -> Iterator[MentionRow]:
    """Yield the mentions of a stretch that match, at most `limit`; whole rows are read only of those that may."""
    if not _is_certain(query.root) and not query.needs_facts:
        rows = _verified(db, query, rows)
    for chunk in [rows[start : start + limit] for start in range(0, len(rows), limit)]:
        for row in mentions_of(db, chunk):
            if not query.needs_facts or _holds(query, row):
                yield row
                limit -= 1
            if not limit:
                return


def _is_certain(node: Node) -> bool:
    """Whether the index alone decides: single words, and all or any of them."""
    match node:
        case And(parts) | Or(parts):
            return all(_is_certain(part) for part in parts)
        case Phrase(words, sign, in_title):
            return len(words) == 1 and not sign and not in_title and len(words[0]) <= LEXEME
        case _:
            return False


def _verified(db: Database, query: Query, rows: list[int]) -> list[int]:
    texts = db.rows(
        "select m.id, p.title, p.text from store_mention m join store_post p on p.id = m.post_id"
        f" where m.id in ({marks(len(rows))}) order by m.id desc",
        rows,
    )
    return [
        row
        for row, title, text in texts
        if _may_hold(query.root, title, text) and verify(query, PostWords(text, title), PostFacts) is not None
    ]


def _may_hold(node: Node, title: str, text: str) -> bool:
    """Whether the phrases stand in the folded words: a cheap look before the exact one. Tags are left to that one."""
    if "#" in text or "@" in text or "#" in title or "@" in title:
        return True
    return _stands(node, f" {fold_text(title)} | {fold_text(text)} ")


def _stands(node: Node, folded: str) -> bool:
    match node:
        case And(parts):
            return all(_stands(part, folded) for part in parts)
        case Or(parts):
            return any(_stands(part, folded) for part in parts)
        case Phrase(words):
            return f" {' '.join(words)} " in folded or f" {''.join(words)} " in folded
        case _:
            return True


def _holds(query: Query, row: MentionRow) -> bool:
    post, verdict = row.post, row.verdict
    facts = PostFacts(
        lang=verdict.language,
        source=row.source,
        platform=post.platform,
        kind=post.kind.value,
        kinds=tuple(score.kind.value for score in verdict.kinds),
        author=post.author.handle if post.author else None,
        stars=post.stars,
        stars_max=post.stars_max,
    )
    return verify(query, PostWords(post.text, post.title), lambda: facts) is not None


class _Translator:
    """Walks a query and writes what its posts must hold; never more than that, so that no match is missed."""

    def word(self, word: str) -> str:
        raise NotImplementedError

    def prefix(self, word: str) -> str:
        raise NotImplementedError

    def both(self, parts: list[str]) -> str:
        raise NotImplementedError

    def either(self, parts: list[str]) -> str:
        raise NotImplementedError

    def node(self, node: Node) -> str | None:
        """Return the expression of a node; None when it may hold for any post."""
        match node:
            case And(parts):
                known = [part for part in map(self.node, parts) if part is not None]
                return self.both(known) if known else None
            case Or(parts):
                each = [self.node(part) for part in parts]
                return None if None in each else self.either([part for part in each if part is not None])
            case Near(left, right):
                return self.node(And((left, right)))
            case Not():
                return None
            case FieldTest(field, value, comparison):
                return self._field(field, value) if comparison is Comparison.EQUAL else None
            case Prefix(word):
                return self.prefix(word)
            case Fuzzy(word):
                return self.either([self.word(near) for near in _one_edit(word)])
            case Exact():
                return self._phrase(node.folded)
            case Phrase(words):
                return self._phrase(words)

    def _phrase(self, words: tuple[str, ...]) -> str | None:
        if not words:
            return None
        each = self.both([self.word(word) for word in dict.fromkeys(words)])
        return each if len(words) == 1 else self.either([each, self.word("".join(words))])

    def _field(self, field: FieldName, value: str) -> str | None:
        kind = {FieldName.LANG: "l", FieldName.PLATFORM: "p", FieldName.AUTHOR: "a"}.get(field)
        if field is FieldName.KIND and value in READ_KINDS:
            return self.word(f"k:{value}")
        if kind is None:
            return None
        return self.word(mark(kind, value.partition("-")[0] if kind == "l" else value))


class _Sqlite(_Translator):
    """The expressions of FTS5."""

    def word(self, word: str) -> str:
        """One word, in quotes, so that nothing in it is an operator."""
        return '"' + word.replace('"', '""') + '"'

    def prefix(self, word: str) -> str:
        """Words that begin so."""
        return f"{self.word(word)}*"

    def both(self, parts: list[str]) -> str:
        """All of the parts."""
        return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"

    def either(self, parts: list[str]) -> str:
        """Any of the parts."""
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


class _Postgres(_Translator):
    """The expressions of tsquery."""

    def word(self, word: str) -> str:
        """One lexeme, in quotes."""
        return "'" + word[:LEXEME].replace("\\", "\\\\").replace("'", "''") + "'"

    def prefix(self, word: str) -> str:
        """Lexemes that begin so."""
        return f"{self.word(word)}:*"

    def both(self, parts: list[str]) -> str:
        """All of the parts."""
        return parts[0] if len(parts) == 1 else f"({' & '.join(parts)})"

    def either(self, parts: list[str]) -> str:
        """Any of the parts."""
        return parts[0] if len(parts) == 1 else f"({' | '.join(parts)})"


def _one_edit(word: str) -> list[str]:
    """The word, and all that are one misspelling away with Latin letters, digits, or letters of the word itself."""
    letters = dict.fromkeys(_LETTERS + word)
    found = {word: None}
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        found.update(dict.fromkeys(before + letter + after for letter in letters))
        if after:
            found[before + after[1:]] = None
            found.update(dict.fromkeys(before + letter + after[1:] for letter in letters))
        if len(after) > 1:
            found[before + after[1] + after[0] + after[2:]] = None
    return [near for near in found if near]
