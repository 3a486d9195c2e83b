"""The query language: one for watches, search and saved views."""

from tocsin.screen.query.ast import (
    POST_KINDS,
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
    Term,
    query_fields,
    query_terms,
)
from tocsin.screen.query.parse import parse_query
from tocsin.screen.query.term import FUZZY_LETTERS

__all__ = [
    "FUZZY_LETTERS",
    "POST_KINDS",
    "And",
    "Comparison",
    "Exact",
    "FieldName",
    "FieldTest",
    "Fuzzy",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "Term",
    "parse_query",
    "query_fields",
    "query_terms",
]
