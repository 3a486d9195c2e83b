"""Read from the sources every text that people may see, so that the catalogues can be held against them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "tocsin"
REASON_TABLE = SOURCES / "flows" / "reasons.py"

_FIRST_ARGUMENT = ("N_", "_", "gettext", "gettext_lazy")
_TWO_FORMS = ("ngettext", "ngettext_lazy")
_QUOTED = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_SAID = re.compile(rf"\b(?:gettext|_|ngettext)\(\s*u?(?P<one>{_QUOTED})(?:\s*,\s*u?(?P<many>{_QUOTED}))?")
_TRANSLATORS = ("t", "_t", "translator")  # what `.text` and `.plural` are asked of
_KEYWORDS = {
    "Reject": ("why",),
    "Gap": ("why",),
    "Remark": ("template",),
    "About": ("title", "what", "setup"),
    "Field": ("label", "help"),
    "Choice": ("label",),
}

# What the argument parser of Python itself says, as far as our commands can make it speak.
ARGPARSE = (
    "%(heading)s:",
    "%(prog)s: error: %(message)s\n",
    "ambiguous option: %(option)s could match %(matches)s",
    "argument %(argument_name)s: %(message)s",
    "expected at least one argument",
    "expected one argument",
    "ignored explicit argument %r",
    "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "not allowed with argument %s",
    "one of the arguments %s is required",
    "options",
    "positional arguments",
    "show program's version number and exit",
    "show this help message and exit",
    "the following arguments are required: %s",
    "unrecognized arguments: %s",
    "usage: ",
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text for people: its template, its plural if it has one, and where it stands, as `file:line`."""

    one: str
    many: str | None
    place: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that cannot be translated as it is written."""

    place: str
    what: str


def texts_of(folder: Path = SOURCES) -> tuple[list[Text], list[Fault]]:
    """Return all texts for people under a folder, and what keeps some from being translated."""
    texts = [Text(template, None, "argparse") for template in ARGPARSE]
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent).as_posix()
        for found in _of_module(ast.parse(path.read_text(encoding="utf-8")), name):
            (texts if isinstance(found, Text) else faults).append(found)  # type: ignore[arg-type]
    texts += [Text(template, None, f"reason {code}") for code, template in reasons(REASON_TABLE).items()]
    for path in sorted(folder.rglob("templates/**/*.html")):
        texts += _of_template(path.read_text(encoding="utf-8"), path.relative_to(folder.parent).as_posix())
    return texts, faults


def _of_template(source: str, name: str) -> Iterator[Text]:
    """Yield the texts of a Django template, through the form that Django itself gives to gettext's tools."""
    for match in _SAID.finditer(templatize(source, origin=name)):
        one, many = (ast.literal_eval(found) if found else None for found in match.group("one", "many"))
        if one:
            yield Text(one, many, f"{name}:1")


def reasons(path: Path = REASON_TABLE) -> dict[str, str]:
    """Return the table of reason codes as it is written in its module."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "REASONS":
            assert node.value is not None
            return dict(ast.literal_eval(node.value))
    return {}


def reason_codes(folder: Path = SOURCES) -> Iterator[tuple[str, bool, str]]:
    """Yield (code, is it whole, place) for every `Reason(code=…)`; of an f-string, the part before the first value."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "Reason":
                code = next((keyword.value for keyword in node.keywords if keyword.arg == "code"), None)
                place = f"{name}:{node.lineno}"
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value, True, place
                elif isinstance(code, ast.JoinedStr) and isinstance(code.values[0], ast.Constant):
                    yield str(code.values[0].value), False, place


def table_codes(folder: Path = SOURCES) -> Iterator[tuple[str, bool, str]]:
    """Yield (code, True, place) for every reason that the rules of the kinds carry, in their third column."""
    for path in sorted((folder / "screen" / "tables").glob("rules_*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            columns = line.split("\t")
            if not line.startswith("#") and len(columns) >= 3:
                yield columns[2], True, f"{path.relative_to(folder.parent).as_posix()}:{number}"


def _of_module(tree: ast.Module, name: str) -> Iterator[Text | Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _is_ours(_name(node.exc.func)):
            yield from _first(node.exc, name, must_be_literal=True)
        if not isinstance(node, ast.Call):
            continue
        called = _name(node.func)
        if called in _FIRST_ARGUMENT or (called == "text" and _is_translator(node.func)):
            yield from _first(node, name, must_be_literal=called == "N_")
        elif (called == "plural" and _is_translator(node.func) and len(node.args) >= 2) or (
            called in _TWO_FORMS and len(node.args) >= 2
        ):
            one, many = (_literal(argument) for argument in node.args[:2])
            if one is not None and many is not None:
                yield Text(one, many, f"{name}:{node.lineno}")
        elif called in _KEYWORDS:
            for keyword in node.keywords:
                if keyword.arg in _KEYWORDS[called] and (value := _literal(keyword.value)):
                    yield Text(value, None, f"{name}:{node.lineno}")
        elif _is_ours(called) and node.args:
            # An error that is built first and raised later.
            yield from _first(node, name, must_be_literal=False)


def _first(call: ast.Call, name: str, *, must_be_literal: bool) -> Iterator[Text | Fault]:
    if not call.args:
        return
    template = _literal(call.args[0])
    if template:
        yield Text(template, None, f"{name}:{call.lineno}")
    elif template is None and must_be_literal and not isinstance(call.args[0], ast.Starred | ast.Name | ast.Attribute):
        yield Fault(f"{name}:{call.lineno}", "the template must be a literal string, its values given by name")


def _literal(node: ast.expr) -> str | None:
    """Return the string a node writes out, through N_( ) too, or None."""
    if isinstance(node, ast.Call) and _name(node.func) == "N_" and node.args:
        return _literal(node.args[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_translator(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and _name(function.value) in _TRANSLATORS


def _is_ours(called: str) -> bool:
    return called in _OUR_ERRORS


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _error_names() -> frozenset[str]:
    """Return the names of the errors whose first argument is a template: the tree of base/errors.py."""
    tree = ast.parse((SOURCES / "base" / "errors.py").read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef))


_OUR_ERRORS = _error_names()
