"""The verdict on a claim, from samples that are made up."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.claim_maker import claim
from tutor.verdicts import Verdict, judge, summarize, where_it_holds


def verdict(**fields: Any) -> Verdict:  # noqa: ANN401 - as the fields are
    return judge(claim(**fields)).verdict


def steady(value: float) -> list[float]:
    return [value] * 7


# About the right way, where less is better: stated 150.
@pytest.mark.parametrize(
    ("right", "naive", "expected"),
    [
        (180, 330, "holds"),  # within a fifth
        (15, 330, "holds"),  # better than stated
        (181, 330, "holds in part"),  # worse, but better than the naive way
        (181, 170, "does not hold"),
        (181, 181, "does not hold"),  # the same is not better
        (120, 100, "holds"),  # what is stated is about the right way alone
    ],
)
def test_a_claim_about_the_right_way(right: float, naive: float, expected: Verdict) -> None:
    assert verdict(right=steady(right), naive=steady(naive)) == expected


@pytest.mark.parametrize(
    ("right", "expected"), [(1600, "holds"), (1599, "holds in part"), (9000, "holds")]
)
def test_a_claim_about_the_right_way_where_more_is_better(right: float, expected: Verdict) -> None:
    found = verdict(right=steady(right), naive=steady(800), better="higher", stated=2000)
    assert found == expected


@pytest.mark.parametrize(
    ("naive", "expected"),
    [
        (264, "holds"),
        (396, "holds"),
        (397, "holds in part"),
        (200, "holds in part"),  # the mistake costs less than is said: no better for the claim
        (100, "does not hold"),
    ],
)
def test_a_claim_about_the_naive_way_has_two_borders(naive: float, expected: Verdict) -> None:
    found = verdict(measures="naive", stated=330, right=steady(150), naive=steady(naive))
    assert found == expected


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (149, "holds"),
        (150, "holds"),
        (151, "holds in part"),  # a range is not widened
        (300, "holds in part"),  # within a factor of 2
        (301, "does not hold"),
        (1, "holds"),
    ],
)
def test_a_range_without_a_second_way(right: float, expected: Verdict) -> None:
    assert verdict(stated=[100, 150], right=steady(right)) == expected


def test_one_number_without_a_second_way_holds_in_part_within_a_factor_of_two() -> None:
    found = [verdict(right=steady(value)) for value in (180, 181, 300, 301)]
    assert found == ["holds", "holds in part", "holds in part", "does not hold"]


def test_a_range_of_one_number_is_exact() -> None:
    found = [
        verdict(measures="naive", stated=[20, 20], right=steady(10), naive=steady(value))
        for value in (20, 21)
    ]
    assert found == ["holds", "holds in part"]


@pytest.mark.parametrize(
    ("stated", "low"),
    [
        (55, 46),  # 45 % are left: a fifth of that
        (90, 88),  # 10 % are left
        (10, 8),  # 10 % are saved
        ([70, 90], 70),
    ],
)
def test_a_saving_holds_within_a_fifth_of_the_smaller_part(stated: Any, low: float) -> None:  # noqa: ANN401 - a number or a range
    wanted = claim(measures="saving", stated=stated, right=[1], naive=[2])
    assert where_it_holds(wanted) == pytest.approx((low, math.inf))


def test_a_saving_is_taken_by_round() -> None:
    found = judge(claim(measures="saving", stated=50, right=[50, 10, 30], naive=[100, 20, 30]))
    assert found.values == (50, 50, 0)
    assert found.won == 2


@pytest.mark.parametrize(
    ("stated", "better", "expected"),
    [
        (2, "lower", (1.8, math.inf)),
        (1000, "lower", (800.2, math.inf)),
        (0.5, "higher", (-math.inf, 0.6)),
        (1, "lower", (0.8, 1.2)),  # that both are alike: a difference to either side refutes it
        ([0.9, 1.3], "lower", (0.9, 1.3)),
        ([2, 3], "lower", (2, math.inf)),
    ],
)
def test_where_a_ratio_holds(stated: Any, better: str, expected: tuple[float, float]) -> None:  # noqa: ANN401 - a number or a range
    wanted = claim(measures="ratio", stated=stated, better=better, right=[1], naive=[2])
    assert where_it_holds(wanted) == pytest.approx(expected)


def test_a_ratio_is_naive_to_right_by_round() -> None:
    found = judge(claim(measures="ratio", stated=2, right=[1, 2, 4], naive=[2, 4, 12]))
    assert found.values == (2, 2, 3)
    assert found.verdict == "holds"


@pytest.mark.parametrize(("lost", "expected"), [(1, "holds in part"), (2, "does not hold")])
def test_a_claim_holds_in_part_while_the_right_way_loses_one_round_of_seven(
    lost: int, expected: Verdict
) -> None:
    naive = [100.0] * lost + [400.0] * (7 - lost)
    found = judge(claim(right=steady(200), naive=naive))
    assert (found.verdict, found.won) == (expected, 7 - lost)


@pytest.mark.parametrize(
    ("right", "naive"),
    [
        ([150, 160, 170, 175, 185, 200, 210], [900] * 7),  # around the border at 180
        ([130, 140, 170, 290, 320, 330, 340], None),  # without a second way, around 300 as well
    ],
)
def test_quartiles_on_both_sides_of_a_border_are_too_noisy(
    right: list[float], naive: list[float] | None
) -> None:
    samples = {"right": right} | ({"naive": naive} if naive else {})
    assert verdict(**samples) == "too noisy to tell"


def test_a_naive_way_that_scatters_beyond_both_borders_is_too_noisy() -> None:
    naive = [100, 150, 200, 330, 500, 550, 600]
    found = verdict(measures="naive", stated=330, right=steady(1), naive=naive)
    assert found == "too noisy to tell"


def test_samples_that_scatter_between_the_borders_are_no_matter() -> None:
    assert verdict(right=[20, 40, 60, 80, 100, 120, 140]) == "holds"


def test_one_outlier_does_not_change_a_verdict() -> None:
    assert verdict(right=[150, 151, 149, 150, 150, 151, 9000]) == "holds"


def test_what_was_not_measured_gets_no_other_verdict() -> None:
    found = judge(claim(missing="promtool is not here"))
    assert (found.verdict, found.quantity, found.values) == ("not measured here", None, ())


def test_a_summary_has_median_quartiles_and_spread() -> None:
    summary = summarize([7, 1, 3, 5, 9])
    assert (summary.median, summary.low, summary.high) == (5, 3, 7)
    assert summary.percent == 80
    assert summarize([4]).percent == 0
    assert summarize([-1, 0, 1]).percent is None
