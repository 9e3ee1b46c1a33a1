"""Settings of the questions beside the plain choice: what is mistaken is refused."""

import pytest
from pydantic import ValidationError

from leohub.study.settings.questions import Continuing, Doubt, Fairness, Phase, Phasing


def test_what_is_left_out_has_a_default():
    assert Fairness().frontier_steps == 8
    assert Phase(name="2027").waves == 4
    assert Phasing().running_costs
    assert Continuing().within_pct == 1
    assert Doubt.model_validate({"people": {"low": 0.8, "high": 1.3}}).draws == 30


@pytest.mark.parametrize(
    ("section", "given", "told"),
    [
        (Doubt, {}, "give a range"),
        (Doubt, {"people": {"low": 1.2, "high": 1.3}}, "less than or equal to 1"),
        (Doubt, {"people": {"low": 0.2, "high": 0.3}}, "greater than or equal to 1"),
        (
            Doubt,
            {"people": {"low": 0.5, "high": 2.0, "everywhere": 0.6, "in_region": 0.6}},
            "together are at most 1",
        ),
        (Doubt, {"radius": {"low": 0.5, "high": 2.0}, "safe_pct": 40.0}, "greater than 50"),
        (Phase, {"name": "2027", "waves": 0}, "greater than or equal to 1"),
        (Phase, {"name": "2027", "budgt": 5.0}, "Extra inputs"),
        (Fairness, {"tolerance_pct": 0.0}, "greater than 0"),
        (Continuing, {"within_pct": 101.0}, "less than or equal to 100"),
    ],
)
def test_mistakes_are_refused(section, given, told):
    with pytest.raises(ValidationError, match=told):
        section.model_validate(given)
