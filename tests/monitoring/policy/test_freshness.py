"""What has grown old, at its edge."""

from __future__ import annotations

import pytest

from monitoring.policy import Ages, Level, Values, stale

VALUES = Values(fresh_days=180, audit_days=28)


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        (Ages(180, 28, 400), []),
        (Ages(200, 28, 400), ["The champion was trained 200 days ago, more than 180; train it on newer notes."]),
        (Ages(0, 40, 400), ["No note was audited for 40 days, more than 28; finish audits."]),
        (Ages(0, None, 28), []),
        (
            Ages(0, None, 29),
            ["No note was ever audited, and a model has served for 29 days, more than 28; finish audits."],
        ),
        (
            Ages(181, 29, 400),
            [
                "The champion was trained 181 days ago, more than 180; train it on newer notes.",
                "No note was audited for 29 days, more than 28; finish audits.",
            ],
        ),
    ],
)
def test_what_is_older_than_the_policy_lets_it_be_is_named(ages: Ages, said: list[str]) -> None:
    found = stale(ages, VALUES)
    assert [reason.sentence for reason in found] == said
    assert {reason.level for reason in found} <= {Level.WARNING}


def test_the_policys_days_count() -> None:
    assert stale(Ages(200, 40, 400), Values(fresh_days=200, audit_days=40)) == ()
    assert len(stale(Ages(200, 40, 400), Values(fresh_days=199, audit_days=39))) == 2
