"""The page Catalogue: do the losses change places where there are more candidates, and what do they cost?"""

from collections.abc import Sequence

import plotly.graph_objects as go

from study.exhibits import choose, contrasts, evidence, loss_costs
from study.exhibits.answer import shown
from study.exhibits.figures import draw, error_bars, horizontal, inert, series_style, series_symbol
from study.exhibits.key_action import candidate
from study.exhibits.losses import loss as answer_of_losses
from study.exhibits.losses import plain_bce
from study.exhibits.marks import TRAINING
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import DASH, count, seconds, signed
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.size_of_catalogue import is_no_larger, loss_of
from study.exhibits.tables import Cell, brackets, decimal, estimate, name, table, whole, words
from study.params.statistics import PRIMARY

NONE = "No loss is contrasted with the full softmax under an objective that the arms share."


def answer(results: Results) -> Html:
    """The losses on both catalogues, in one sentence."""
    return Html(f'<div class="prose answers">{shown(answer_of_losses(results))}</div>')


def compared(results: Results) -> list[tuple[Results, dict[str, Contrast]]]:
    """The arms that compare losses, smaller catalogue first, with the contrast of each loss over the softmax.

    Those of the objective that the arms share: one objective, many sizes.
    """
    arms = [results, *filter(None, [results.beside("catalogue")])]
    asked = [(arm, found) for arm in arms if (found := choose.over_softmax(arm))]
    objective = next((one for _, found in asked for one in found if all(one in other for _, other in asked)), None)
    by_loss = [
        (arm, {loss_of(arm, c.left_variant): c for c in found[objective]})
        for arm, found in asked
        if objective is not None
    ]
    return sorted(by_loss, key=lambda pair: pair[0].data.catalogue)


def asked(results: Results) -> Html:
    """What the candidates of each arm are that compares losses, and which loss is another one on so few of them."""
    told = [
        f"In the arm {code(arm.arm)} the candidates are {candidate(arm.question)}, "
        f"{count(arm.data.catalogue)} of them before the test span."
        for arm, _ in compared(results)
    ]
    if len(told) > 1 and (large := results.beside("catalogue")) and is_no_larger(results, large):
        told.append("Both ask for the same candidates, so that the size of the catalogue was not varied.")
    return paragraphs([" ".join(told), *plain_bce([arm for arm, _ in compared(results)])] if told else [])


def board(results: Results) -> Html:
    """Every loss on every catalogue: quality, the seconds of a round of training, and memory."""
    rows = [row for arm, by_loss in compared(results) for row in _rows(arm, by_loss)]
    head = [
        "loss",
        "candidates",
        "over softmax",
        "low",
        "high",
        "verdict",
        "variant",
        "select",
        "test",
        "training",
        "rounds",
        "a round",
        "peak, MB",
    ]
    caption = (
        f"{PRIMARY} of every loss by size of catalogue ({brackets(results.params.statistics.alpha)}), its effect over "
        "the full softmax with the interval of the verdict, how far it was trained, the rounds of its refits, which "
        "its search chose, and the mean seconds of one, with all that a refit does beside training, at the settings "
        f"that the search chose{_doubtful(results)}; peak: the memory of the largest process of its search and its "
        "refits, with what that shares with others, and more where it was the first to derive something of the log; "
        f"training: {TRAINING}. Levels of two catalogues answer two questions; effects are absolute, of unlike levels"
    )
    return table(head, rows, caption) if rows else paragraphs([NONE])


def _doubtful(results: Results) -> str:
    """Of which arms other work ran beside the run, for a caption; nothing where none did."""
    found = [(arm.arm, told) for arm, _ in compared(results) if (told := beside_other_work(arm))]
    return "".join(f"; in the arm {arm}{told}" for arm, told in found)


def _rows(arm: Results, by_loss: dict[str, Contrast]) -> list[list[Cell]]:
    softmaxes = dict.fromkeys(contrast.right_variant for contrast in by_loss.values())
    shown: list[tuple[str, str, Contrast | None]] = [(loss_of(arm, softmax), softmax, None) for softmax in softmaxes]
    shown += [(loss, contrast.left_variant, contrast) for loss, contrast in by_loss.items()]
    return [_row(arm, *one) for one in shown]


def _row(arm: Results, loss: str, variant: str, contrast: Contrast | None) -> list[Cell]:
    row, rounds, cost = arm.row(variant), arm.search(variant).rounds, arm.cost[variant]
    each = cost.refit_seconds / max(rounds, 1)
    effects = (None, None, None) if contrast is None else (contrast.effect, contrast.low, contrast.high)
    return [
        words(loss),
        whole(arm.data.catalogue),
        *(Cell(DASH if value is None else signed(value), value) for value in effects),
        words("" if contrast is None else contrast.verdict),
        name(variant),
        decimal(row.select),
        estimate(row.test),
        words(arm.training(variant)),
        whole(rounds),
        Cell(seconds(each), each),
        whole(cost.peak_mb),
    ]


def effects(results: Results) -> Html:
    """The effect of each loss over the softmax against the size of the catalogue."""
    found = compared(results)
    if not found:
        return Html("")
    losses = list(dict.fromkeys(loss for _, told in found for loss in told))
    places = loss_costs.places(results, losses)
    traces = [
        _effect(
            loss,
            [(arm.data.catalogue, by_loss[loss]) for arm, by_loss in found if loss in by_loss],
            series_style(places[loss]),
            index,
        )
        for index, loss in enumerate(losses)
    ]
    sizes = [arm.data.catalogue for arm, _ in found]
    told = "; ".join(
        f"{loss} {', '.join(signed(by_loss[loss].effect) for _, by_loss in found if loss in by_loss)}"
        for loss in losses
    )
    caption = (
        f"Effect over the full softmax in {PRIMARY} with {listing([count(size) for size in sizes])} candidates, with "
        f"the interval that each verdict used: {told}."
    )
    return draw(
        traces,
        caption,
        height=380,
        showlegend=True,
        shapes=[horizontal(0.0)],
        xaxis={
            "title": {"text": "candidates"},
            "type": "log",
            "tickvals": sizes,
            "ticktext": [count(s) for s in sizes],
        },
        yaxis={"title": {"text": f"difference in {PRIMARY}"}, "tickformat": "+.4~f"},
    )


def _effect(loss: str, points: Sequence[tuple[int, Contrast]], style: tuple[str, str], index: int) -> go.Scatter:
    colour, dash = style
    return go.Scatter(
        x=[size * 1.03**index for size, _ in points],
        y=[contrast.effect for _, contrast in points],
        error_y=error_bars([contrast.interval for _, contrast in points]),
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 1.4},
        marker={"symbol": series_symbol(index), "size": 8},
        name=inert(loss),
        text=[contrast.verdict for _, contrast in points],
        hovertemplate="%{fullData.name}: %{y:+.4f}, %{text}<extra></extra>",
    )


def verdicts(results: Results) -> Html:
    """All contrasts of the arm catalogue; nothing where it was not run."""
    arm = results.beside("catalogue")
    return Html("") if arm is None else contrasts.section(arm, arm.contrasts)


def seeds(results: Results) -> Html:
    """The seeds of its variants, against which an effect is to be held."""
    arm = results.beside("catalogue")
    return Html("") if arm is None else evidence.seeds(arm, arm.contrasts)
