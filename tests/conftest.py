"""What all tests share: a derandomised profile for the property tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "tocsin", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tocsin")
