"""The checks of the conformance kit; each raises AssertionError with a sentence that says what was seen."""
