"""The matcher: all watches against the stream, candidates proposed at once, each decided exactly."""

from tocsin.screen.match.compiled import TextPath, kernel
from tocsin.screen.match.matcher import MATCH_VERSION, Matcher, MatcherHandle
from tocsin.screen.match.values import Engine, Hit, PostFacts

__all__ = ["MATCH_VERSION", "Engine", "Hit", "Matcher", "MatcherHandle", "PostFacts", "TextPath", "kernel"]
