from __future__ import annotations

from typing import Any

from tocsin.net.browser.ledger import Ledger


def _sent(number: int, url: str, **more: Any) -> dict[str, Any]:
    request = {"url": url, "method": "GET", "headers": {"X-Told": "1"}} | more.pop("request", {})
    told = {"requestId": "r", "request": request, "timestamp": number, "wallTime": 1_790_000_000 + number}
    return told | {"type": "Document"} | more


def _answer(status: int, **more: Any) -> dict[str, Any]:
    shown = {"status": status, "statusText": "", "headers": {"X-Shown": "1"}, "protocol": "h2"}
    return shown | {"remoteIPAddress": "[2606:2800:220:1::1]", "remotePort": 443} | more


def test_each_hop_of_a_redirect_has_its_own_headers_of_the_wire() -> None:
    ledger = Ledger(10)
    ledger.wired({"requestId": "r", "headers": {"Cookie": "a=1"}}, answer=False)
    ledger.sent(_sent(0, "https://example.org/a"))
    raw = "HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: a=2\r\nSet-Cookie: b=3\r\n\r\n"
    ledger.wired({"requestId": "r", "statusCode": 302, "headers": {}, "headersText": raw}, answer=True)
    ledger.wired({"requestId": "r", "headers": {"Cookie": "a=2"}}, answer=False)
    ledger.sent(_sent(1, "https://example.org/b", redirectResponse=_answer(302), redirectHasExtraInfo=True))
    ledger.answered({"requestId": "r", "response": _answer(200), "timestamp": 1.25, "hasExtraInfo": True})
    ledger.wired({"requestId": "r", "statusCode": 200, "headers": {"set-cookie": "c=4\nd=5"}}, answer=True)
    first, second = ledger.exchanges()
    assert first.headers == (("Location", "/b"), ("Set-Cookie", "a=2"), ("Set-Cookie", "b=3"))
    assert (first.status, first.body_missing, first.request_headers) == (302, "redirect", (("Cookie", "a=1"),))
    assert second.headers == (("set-cookie", "c=4"), ("set-cookie", "d=5"))
    assert second.request_headers == (("Cookie", "a=2"),) and second.remote_ip == "2606:2800:220:1::1"
    assert second.answered_at is not None and (second.answered_at - second.at).total_seconds() == 0.25


def test_a_redirect_told_without_its_wire_takes_no_others_headers() -> None:
    ledger = Ledger(10)
    ledger.sent(_sent(0, "https://example.org/a"))
    ledger.sent(_sent(1, "https://example.org/b", redirectResponse=_answer(307), redirectHasExtraInfo=False))
    ledger.answered({"requestId": "r", "response": _answer(200), "timestamp": 2, "hasExtraInfo": True})
    ledger.wired({"requestId": "r", "statusCode": 200, "headers": {"of": "b"}}, answer=True)
    first, second = ledger.exchanges()
    assert first.headers == (("X-Shown", "1"),) and second.headers == (("of", "b"),)


def test_a_request_told_twice_is_one_exchange() -> None:
    ledger = Ledger(10)
    ledger.sent(_sent(0, "https://example.org/frame"))
    ledger.sent(_sent(0, "https://example.org/frame"))
    assert len(ledger.exchanges()) == 1


def test_what_lies_in_the_page_itself_is_no_exchange() -> None:
    ledger = Ledger(10)
    ledger.sent(_sent(0, "data:text/plain,x"))
    assert ledger.exchanges() == () and ledger.pending == 0


def test_a_refused_request_says_so_whether_it_was_told_before_or_after() -> None:
    for refuse_first in (True, False):
        ledger = Ledger(10)
        if refuse_first:
            ledger.refuse("r", "private")
        ledger.sent(_sent(0, "http://10.0.0.7/"))
        if not refuse_first:
            ledger.refuse("r", "private")
        ledger.failed({"requestId": "r", "errorText": "net::ERR_BLOCKED_BY_CLIENT"})
        (one,) = ledger.exchanges()
        assert (one.failure, one.body_missing, one.status) == ("guard: private", "refused", None)


def test_what_was_posted_is_kept_byte_by_byte() -> None:
    ledger = Ledger(10)
    posted = {"postData": "\ufffd", "postDataEntries": [{"bytes": "/wA="}, {"bytes": "QQ=="}]}
    ledger.sent(_sent(0, "https://example.org/", request=posted))
    assert ledger.exchanges()[0].request_body == b"\xff\x00A"


def test_requests_over_the_bound_are_counted() -> None:
    ledger = Ledger(1)
    for number in range(3):
        ledger.sent(_sent(number, "https://example.org/") | {"requestId": str(number)})
    assert len(ledger.exchanges()) == 1 and ledger.uncounted == 2


def test_an_answer_without_a_body_says_why() -> None:
    ledger = Ledger(10)
    ledger.sent(_sent(0, "https://example.org/"))
    ledger.answered({"requestId": "r", "response": _answer(204), "timestamp": 1})
    assert ledger.exchanges()[0].body_missing == "none_by_status"
