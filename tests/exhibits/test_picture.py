from xml.etree import ElementTree as ET

import pytest

from study.exhibits.picture import leaderboard_svg

SVG = "{http://www.w3.org/2000/svg}"


def entry(variant: str, estimate: float, family: str = "counting") -> dict:
    interval = {"estimate": estimate, "low": estimate - 0.01, "high": estimate + 0.02}
    return {"variant": variant, "family": family, "estimates": {"recall@10": interval}}


BOARD = [entry("best", 0.33, "aggregates"), entry("middle", 0.31), entry("last", 0.25, "sequence")]


def rows(svg: str) -> list[tuple[float, float, float]]:
    """Left end, dot and right end of each row, in pixels."""
    root = ET.fromstring(svg)
    bars = [line for line in root.iter(f"{SVG}line") if line.get("stroke-width")]
    heights = [bar.get("y1") for bar in bars]
    dots = {dot.get("cy"): float(dot.get("cx")) for dot in root.iter(f"{SVG}circle")}
    return [(float(b.get("x1")), dots[y], float(b.get("x2"))) for b, y in zip(bars, heights, strict=True)]


def test_each_variant_has_its_dot_on_its_bar_on_one_common_scale():
    drawn = rows(leaderboard_svg(BOARD, alpha=0.05))

    assert len(BOARD) == len(drawn)
    pixels_per_unit = (drawn[0][1] - drawn[1][1]) / (0.33 - 0.31)
    for (low, dot, high), row in zip(drawn, BOARD, strict=True):
        estimate = row["estimates"]["recall@10"]
        assert drawn[0][1] - dot == pytest.approx((0.33 - estimate["estimate"]) * pixels_per_unit, abs=0.05)
        assert dot - low == pytest.approx(0.01 * pixels_per_unit, abs=0.05)
        assert high - dot == pytest.approx(0.02 * pixels_per_unit, abs=0.05)


def test_names_numbers_and_level_can_be_read():
    svg = leaderboard_svg(BOARD, alpha=0.1)

    assert "90 % intervals" in svg
    assert ">best</text>" in svg
    assert "0.330 [0.320, 0.350]" in svg
    assert "best 0.330, from 0.320 to 0.350" in ET.fromstring(svg).find(f"{SVG}desc").text


@pytest.mark.parametrize("spread", [1e-4, 0.02, 0.9])
def test_all_rows_lie_inside_the_picture(spread):
    svg = leaderboard_svg([entry("a", 0.05), entry("b", 0.05 + spread)], alpha=0.05)

    width = float(ET.fromstring(svg).get("width"))
    assert all(0 < low < dot < high < width for low, dot, high in rows(svg))


def test_a_name_cannot_break_the_markup():
    assert "a&lt;b&amp;c" in leaderboard_svg([entry("a<b&c", 0.3)], alpha=0.05)


def test_variants_that_are_all_alike_are_drawn_too():
    """As where every ranking is faultless: the interval is a point, on a round number."""
    alike = [{"variant": name, "family": "counting", "estimates": {"recall@10": dict.fromkeys(
        ("estimate", "low", "high"), 1.0)}} for name in "ab"]  # fmt: skip

    assert 2 == len(rows(leaderboard_svg(alike, alpha=0.05)))
