from bench.typed_help import summary


def test_the_ratio_is_of_medians_and_the_wait_the_longest() -> None:
    turns = [
        {"kind": kind, "question": "", "first_s": first_s, "waited_s": waited_s}
        for kind, first_s, waited_s in (
            ("help", 0.1, 0.0), ("help", 0.3, 0.2), ("help", 0.2, 0.0), ("order", 0.4, 1.0), ("order", 0.4, 0.0)
        )
    ]  # fmt: skip
    assert summary(turns) == {
        "help_waited_s_max": 0.2,
        "help_first_word_s": 0.2,
        "order_first_word_s": 0.4,
        "ratio": 0.5,
        "rounds": 3.0,
    }
