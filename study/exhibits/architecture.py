"""The page Architecture and order: who may look where, and whether the order of events is worth anything."""

from study.exhibits import source, topic
from study.exhibits.answers import as_contrast
from study.exhibits.markup import Html, bullets, paragraphs
from study.exhibits.prose import brief
from study.exhibits.results import Results

TOPIC = "architecture"


def verdicts(results: Results) -> Html:
    """What the contrasts of architectures show."""
    return topic.verdicts(results, TOPIC)


def composition(results: Results) -> Html:
    """What the variants that are compared are made of, and what differs."""
    return topic.composition(results, TOPIC)


def behind(results: Results) -> Html:
    """The sides of the contrasts, their seeds and their windows."""
    return topic.behind(results, TOPIC)


def shuffled(results: Results) -> Html:
    """What becomes of the best of each family when the order of a history is shuffled."""
    if results.diagnoses is None:
        return paragraphs([source.not_run("diagnostics")])
    found = [one for one in results.diagnoses if one.change.startswith("order")]
    if not found:
        return paragraphs(["The diagnostics did not shuffle the order."])
    return bullets(f"{one.family}: {brief(as_contrast(one), results.power.margin)}." for one in found)
