"""How well passages are tied to answers, and forgeries caught: `python -m eval.evidence`."""
