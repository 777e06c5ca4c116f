"""What a name may be, and what two sides of a contrast may not be."""

import pytest
import yaml

from study.errors import UserError
from study.params import load
from study.stages.check import sections
from tests.params.test_load import changed


def refused(place, value, folder) -> str:
    """What is said of the published parameters with one value changed; it is one line."""
    with pytest.raises(UserError) as caught:
        sections(load(changed(place, value, folder)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "place",
    ["contrasts.repeat-over-plain", "worlds.contrasts.order-over-transitions"],
)
def test_a_contrast_of_a_variant_with_itself_is_refused(place, tmp_path):
    right = yaml.safe_load(changed("seed", 1, tmp_path).read_text(encoding="utf-8"))
    for key in [*place.split("."), "right"]:
        right = right[key]

    assert f"{place}: both sides are '{right}'" in refused(f"{place}.left", right, tmp_path)
