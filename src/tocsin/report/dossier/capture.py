"""The pages of a report about one capture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.evidence.values import Seal, Token
from tocsin.report.dossier.values import CapturePart
from tocsin.report.dossier.words import Words, read_instant

Block = dict[str, Any]

_STEPS = 60  # of a visit; the rest stands in net.json
_UNTIED = 40  # lines, where no passage was quoted


def heading(text: str, level: int) -> Block:
    """Return a heading."""
    return {"kind": "heading", "level": level, "text": text}


def table(widths: list[float], head: list[str], rows: list[list[str]]) -> Block:
    """Return a table with its head on every page."""
    return {"kind": "table", "widths": widths, "head": head, "rows": rows}


def capture_blocks(part: CapturePart, words: Words) -> Iterator[Block]:
    """Yield what is said of a capture, its pictures apart."""
    title = part.read("method.json").get("title") or part.told["urls"]["final"]
    yield heading(f"{words.say('capture', number=part.manifest.number)} · {title}", 2)
    yield {"kind": "facts", "rows": list(_facts(part, words))}
    if not part.by_robot:
        yield {"kind": "note", "text": words.say("attached")}
    yield from passage_blocks(part, words)
    yield heading(words.say("seal"), 3)
    yield {"kind": "facts", "rows": list(_seal(part, words))}
    if not part.seal.tokens:
        yield {"kind": "trap", "text": words.say("awaiting")}
    yield heading(words.say("files"), 3)
    rows = [[one.path, str(one.bytes), one.sha256] for one in part.manifest.sums]
    yield table([3, 1.4, 7], words.items("files_head"), rows)
    if part.by_robot:
        yield from _method(part, words)
        yield from _steps(part, words)


def passage_blocks(part: CapturePart, words: Words) -> Iterator[Block]:
    """Yield the quoted passages, or the lines without a tie where none was quoted, each with what ties it."""
    told = part.read("corroboration.json")
    if not told:
        return
    untied = [(tie["passage"], tie) for tie in told["ties"] if tie["strength"] != "whole"]
    addresses = {one["number"]: one["url"] for one in part.read("net.json").get("exchanges", ())}
    yield heading(words.say("passages"), 3)
    for text, tie in part.ties or untied[:_UNTIED]:
        yield {"kind": "passage", "text": text}
        yield from _tie(tie, addresses, words)
    if not part.ties and len(untied) > _UNTIED:
        yield {"kind": "text", "text": words.say("tie_more", count=len(untied) - _UNTIED)}
    yield {
        "kind": "text",
        "text": words.say("tie_lines", **{name: told[name] for name in ("lines", "whole", "partly", "none")}),
    }
    yield {"kind": "note", "text": words.say("tie_note")}


def _tie(tie: Mapping[str, Any] | None, addresses: Mapping[int, str], words: Words) -> Iterator[Block]:
    if tie is None:
        yield {"kind": "note", "text": words.say("tie_unknown")}
        return
    exchange = tie.get("exchange")
    where = {"exchange": exchange, "url": addresses.get(exchange, words.say("unknown")) if exchange is not None else ""}
    if tie["strength"] == "whole":
        yield {"kind": "text", "text": words.say("tie_whole", **where)}
        return
    if tie["strength"] == "partly":
        said = [words.say("tie_partly", share=round(100 * tie["share"]), **where)]
    else:
        said = [words.say("tie_none") if exchange is None else words.say("tie_changed", **where)]
    for name in ("missing", "instead"):
        if tie.get(name) and exchange is not None:
            said.append(words.say(f"tie_{name}", words=" · ".join(tie[name])))
    yield {"kind": "note" if tie["strength"] == "partly" else "trap", "text": ". ".join(said) + "."}


def _facts(part: CapturePart, words: Words) -> Iterator[list[str]]:
    told, method, net = part.told, part.read("method.json"), part.read("net.json")
    yield [words.say("asked"), told["urls"]["asked"]]
    if told["urls"]["final"] != told["urls"]["asked"]:
        yield [words.say("final"), told["urls"]["final"]]
    if not part.by_robot:
        return
    yield [words.say("outcome"), words.name("outcomes", told["outcome"])]
    yield [words.say("status"), words.say("none") if told["status"] is None else str(told["status"])]
    yield [words.say("account"), told["account"] or words.say("account_none")]
    for name in ("started", "ended"):
        yield [words.say(name), words.instant(read_instant(told["instants"][f"{name}_at"]))]
    yield [words.say("clock"), _clock(part, words)]
    yield from _network(net, told["urls"]["final"], words)
    if asked := method.get("asked"):
        window = {"width": asked["width_px"], "height": asked["height_px"], "language": asked["language"]}
        yield [words.say("window"), words.say("window_said", zone=asked["time_zone"], **window)]


def _network(net: Mapping[str, Any], final: str, words: Words) -> Iterator[list[str]]:
    exchanges = net.get("exchanges", [])
    if not exchanges:
        return
    page = next((one for one in exchanges if one["url"] == final.partition("#")[0]), exchanges[0])
    address = page["remote_ip"] or words.say("unknown")
    yield [words.say("server"), f"{address}:{page['remote_port']}" if page["remote_port"] else address]
    for one in net["certificates"]:
        leaf = one["chain"][0] if one["chain"] else {}
        if f"//{one['host']}" in final and "subject" in leaf:
            start, end = (words.day(read_instant(leaf[name])) for name in ("not_before", "not_after"))
            said = words.say("certificate_said", subject=leaf["subject"], issuer=leaf["issuer"], start=start, end=end)
            yield [words.say("certificate"), f"{said} ({one['protocol']})"]
    for one in net["resolutions"]:
        if f"//{one['host']}" in final:
            records = ", ".join(f"{record['kind']} {record['value']}" for record in one["records"])
            yield [words.say("resolution"), f"{one['resolver']} : {records or one['error'] or words.say('none')}"]
    answered = sum(one["status"] is not None for one in exchanges)
    yield [words.say("exchanges"), words.say("exchanges_said", count=len(exchanges), answered=answered)]


def _clock(part: CapturePart, words: Words) -> str:
    if part.manifest.doubts:
        doubts = " ; ".join(words.name("doubts", code) for code in part.manifest.doubts)
        return words.say("clock_doubtful", doubts=doubts)
    clock = part.told["clock"]
    offsets = [one["offset_ms"] for one in (*clock["before"], *clock["after"]) if one["offset_ms"] is not None]
    return words.say("clock_right", offset=max(map(abs, offsets)))


def _seal(part: CapturePart, words: Words) -> Iterator[list[str]]:
    seal: Seal = part.seal
    yield [words.say("manifest"), part.manifest.digest]
    yield [words.say("entry"), str(seal.index)]
    yield [words.say("logged_at"), words.instant(seal.entry.at)]
    for token in seal.tokens:
        yield [words.say("stamped_at"), _stamp(token, words)]
    if seal.entry.previous:
        yield [words.say("previous"), seal.entry.previous]


def _stamp(token: Token, words: Words) -> str:
    kind = words.say("stamp_qualified") if token.qualified else ""
    kind += "" if token.anchored else words.say("stamp_unanchored")
    return words.say("stamp_said", instant=words.instant(token.at), authority=token.authority, kind=kind)


def _method(part: CapturePart, words: Words) -> Iterator[Block]:
    """Yield the table of the method: every point that a report of facts should hold, had or not."""
    had = part.told["method"]
    wants = {one["field"]: one["reason"] for one in part.told["wants"]}
    points = [*words.table("points"), *(name for name in (*had, *wants) if name not in words.table("points"))]
    rows = []
    for point in dict.fromkeys(points):
        reason = words.reason(wants.get(point, "not_recorded"))
        rows.append([_point(point, words), had.get(point) or words.say("not_had", reason=reason)])
    yield heading(words.say("method"), 3)
    yield {"kind": "note", "text": words.say("method_note")}
    yield table([2.2, 5], words.items("method_head"), rows)


def _point(field: str, words: Words) -> str:
    """Return the name of a point of the method, or of a file or a part that could not be had."""
    if field in words.table("points"):
        return words.name("points", field)
    kind, _, which = field.partition(".")
    return f"{words.name('others', kind)} {which}".strip()


def _steps(part: CapturePart, words: Words) -> Iterator[Block]:
    steps = part.read("net.json").get("steps", [])
    if not steps:
        return
    rows = [
        [read_instant(one["at"]).strftime("%H:%M:%S.%f")[:-3], words.name("steps_said", one["kind"]), one["detail"]]
        for one in steps[:_STEPS]
    ]
    yield heading(words.say("steps"), 3)
    yield table([1.3, 1.6, 5], words.items("steps_head"), rows)
    if len(steps) > _STEPS:
        yield {"kind": "text", "text": words.say("steps_more", count=len(steps) - _STEPS)}
