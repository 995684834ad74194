import asyncio

from bench import speculation


def test_every_number_of_sessions_is_measured_in_every_round() -> None:
    measured = asyncio.run(speculation.measure(2, sessions=(1, 3), calls=8))
    assert set(measured) == {1, 3}
    assert all(len(values) == 2 and min(values) > 0 for values in measured.values())
