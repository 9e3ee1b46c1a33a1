"""The tornado: each quantity alone at the ends of its range."""

import numpy as np
import pytest

from leohub.hub.tornado import tornado
from leohub.quantities import Quantity

QUANTITIES = {
    "price": Quantity(10, "USD", "assumed", "", 8, 15),
    "people": Quantity(4, "", "assumed", "", 2, 5),
    "moon": Quantity(1, "", "assumed", "", 0, 9),
    "fixed": Quantity(3, "", "measured", "", 3, 3),
}


def cost(values):
    return values["price"] * values["fixed"] / values["people"]


def test_it_is_the_ends_one_at_a_time_widest_first():
    table = tornado(cost, QUANTITIES)
    assert table["quantity"].tolist() == ["people", "price", "moon"]
    assert table["low"].tolist() == [2, 8, 0]
    assert table["high"].tolist() == [5, 15, 9]
    assert table["result_at_low"].tolist() == [15, 6, 7.5]
    assert table["result_at_high"].tolist() == [6, 11.25, 7.5]
    assert table["swing"].tolist() == [9, 5.25, 0]


def test_a_result_that_is_not_defined_comes_first():
    empty = QUANTITIES | {"people": Quantity(4, "", "assumed", "", 0, 5)}

    def undefined(values):
        with np.errstate(divide="ignore"):
            return cost(values)

    table = tornado(undefined, empty)
    assert table["quantity"][0] == "people"
    assert table["swing"][0] == np.inf
    nowhere = tornado(lambda values: np.full(values["price"].shape, np.inf), QUANTITIES)
    assert nowhere["swing"].tolist() == [0, 0, 0]


def test_a_result_that_rests_on_nothing_does_not_swing():
    assert tornado(lambda _: 7.0, QUANTITIES)["swing"].tolist() == [0, 0, 0]


def test_nothing_uncertain_is_an_empty_table():
    table = tornado(cost, {name: item.at(item.value) for name, item in QUANTITIES.items()})
    assert table.empty
    assert list(table) == ["quantity", "low", "high", "result_at_low", "result_at_high", "swing"]


def test_a_function_must_give_one_number_for_each_case():
    with pytest.raises(ValueError, match=r"shape \(2,\) for 6 cases"):
        tornado(lambda _: np.zeros(2), QUANTITIES)
