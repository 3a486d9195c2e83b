"""What each reason code says to a person, in English; the catalogues translate it.

`{words}` are the words of the post that carried the reason, quoted; `{value}` is the first of them, as it is. A
template without either is followed by the words.
"""

from __future__ import annotations

REASONS: dict[str, str] = {}
