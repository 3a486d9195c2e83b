"""Say in words what a query brings."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.flows.i18n import N_, Translator
from tocsin.flows.vocabulary import word
from tocsin.flows.watches.chips import is_field_chip, label_of, spellings_of
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
    Prefix,
    Query,
    Term,
)

_FIELDS = {
    FieldName.LANG: N_("in {value}"),
    FieldName.SOURCE: N_("from the source {value}"),
    FieldName.PLATFORM: N_("on {value}"),
    FieldName.KIND: N_("of the kind {value}"),
    FieldName.AUTHOR: N_("by {value}"),
    FieldName.STARS: N_("with {value} stars"),
}
_STARS = {
    Comparison.LESS: N_("under {value}"),
    Comparison.AT_MOST: N_("at most {value}"),
    Comparison.MORE: N_("over {value}"),
    Comparison.AT_LEAST: N_("at least {value}"),
}
_LANGUAGES = {
    "es": N_("Spanish"),
    "de": N_("German"),
    "it": N_("Italian"),
    "pt": N_("Portuguese"),
    "nl": N_("Dutch"),
    "ar": N_("Arabic"),
    "ja": N_("Japanese"),
    "ko": N_("Korean"),
    "pl": N_("Polish"),
    "ru": N_("Russian"),
    "tr": N_("Turkish"),
    "uk": N_("Ukrainian"),
    "zh": N_("Chinese"),
}


def explain(query: Query, t: Translator) -> str:
    """Return one sentence that says which posts a query brings, in the reader's language."""
    return _Explainer(query, t).sentence()


def chip_words(text: str, node: Node, t: Translator) -> str:
    """Return what a chip says to a person: its words, or its test in words."""
    if isinstance(node, Near | Or) or is_field_chip(node):
        return _Explainer(Query(text, node), t, quotes=False).noun(node)
    label = label_of(text)
    return f"{label[:-1]}…" if isinstance(node, Prefix) else label


def language_name(code: str, t: Translator) -> str:
    """Return the name of a language in the reader's own."""
    return t.text(_LANGUAGES[code]) if code in _LANGUAGES else word(code, t)


class _Explainer:
    """Puts the tree of one query into words; those looked for stand in quotes where a sentence is made of them."""

    def __init__(self, query: Query, t: Translator, *, quotes: bool = True) -> None:
        self._quotes = quotes
        self._root = query.root
        self._spelled = spellings_of(query.text)
        self._t = t

    def sentence(self) -> str:
        parts = self._root.parts if isinstance(self._root, And) else (self._root,)
        tests = [part for part in parts if is_field_chip(part)]
        denied = [part.part for part in parts if isinstance(part, Not)]
        wanted = [part for part in parts if not isinstance(part, Not) and not is_field_chip(part)]
        said = [
            self._t.text(N_("Posts that hold {words}"), words=self._joined(wanted, N_("{first} and {second}")))
            if wanted
            else self._t.text(N_("All posts"))
        ]
        said += [self.noun(test) for test in tests]
        if denied:
            flat = [inner for part in denied for inner in (part.parts if isinstance(part, Or) else (part,))]
            said.append(self._t.text(N_("but not {words}"), words=self._joined(flat, N_("{first}, nor {second}"))))
        return ", ".join(said) + "."

    def noun(self, node: Node) -> str:
        t = self._t
        match node:
            case Or(parts):
                return self._joined(parts, N_("{first} or {second}"))
            case And(parts):
                return f"({self._joined(parts, N_('{first} and {second}'))})"
            case Not(part):
                return t.text(N_("not {words}"), words=self.noun(part))
            case Near(left, right, distance):
                return t.plural(
                    "{first} right beside {second}",
                    "{first} at most {n} words from {second}",
                    distance,
                    first=self._side(left),
                    second=self._side(right),
                )
            case FieldTest():
                return self._test(node)
            case _:
                return self._term(node)

    def _side(self, node: Node) -> str:
        return f"({self.noun(node)})" if isinstance(node, Or) else self.noun(node)

    def _joined(self, nodes: Sequence[Node], template: str) -> str:
        texts = [self.noun(node) for node in nodes]
        if len(texts) > 1:
            texts = [f"({text})" if isinstance(node, Or) else text for node, text in zip(nodes, texts, strict=True)]
        if len(texts) == 1:
            return texts[0]
        return self._t.text(template, first=", ".join(texts[:-1]), second=texts[-1])

    def _term(self, node: Term) -> str:
        t = self._t
        text = self._spelled.get(node) or str(Query("", node))
        label = label_of(text).rstrip("*~") + ("…" if isinstance(node, Prefix) else "")
        words = t.quoted([label]) if self._quotes else label
        if isinstance(node, Exact):
            words = t.text(N_("{words} written exactly so"), words=words)
        elif isinstance(node, Fuzzy):
            words = t.text(N_("{words} or a misspelling of it"), words=words)
        return t.text(N_("{words} in the title"), words=words) if node.in_title else words

    def _test(self, test: FieldTest) -> str:
        t, value = self._t, test.value
        if test.field is FieldName.LANG:
            value = language_name(value, t)
        elif test.field is FieldName.KIND:
            value = word(value, t)
        elif test.field is FieldName.STARS:
            value = value.replace(".", ",") if t.language == "fr" else value
            if test.comparison in _STARS:
                value = t.text(_STARS[test.comparison], value=value)
        return t.text(_FIELDS[test.field], value=value)
