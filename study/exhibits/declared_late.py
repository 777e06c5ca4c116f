"""Which contrasts are no plan made beforehand: declared when scores of test that they belong to had been seen."""

from study.exhibits import scorings
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import DAGGER, few_or_counted, plural, raised
from study.exhibits.results import Results


def told(results: Results) -> list[str]:
    """The contrasts of all arms that have variants of their own, and of the diagnostics, a caveat; or none."""
    names = [code(name) for name in results.params.after_test.get(results.params.snapshot.name, [])]
    if not names:
        return []
    counted = few_or_counted(names, "contrast", f"marked {DAGGER} wherever they stand")
    more = "".join(f" {sentence}" for sentence in _of_diagnostics(results))
    return [
        f"<strong>Declared after test was seen.</strong> {raised(counted)}: declared, or given the sides that they "
        "have, after the scores of test of the matrix that they belong to were known. They are tested like the others, "
        "but their verdicts are those of a second look. Earlier and smaller matrices were scored before that; "
        f"<em>Protocol</em> lists every scoring of test{scorings.counted(results)} and says what the stricter rule "
        f"would mark.{more}"
    ]


def of_diagnostics(results: Results) -> Html:
    """Those of the diagnostics, for their page."""
    return paragraphs(_of_diagnostics(results))


def _of_diagnostics(results: Results) -> list[str]:
    """How many, and whose, a sentence; or none."""
    diagnosed = results.diagnostics
    late = [one for one in (diagnosed.contrasts if diagnosed else []) if one.after_test]
    if not late:
        return []
    whose = listing([code(variant) for variant in dict.fromkeys(one.right_variant for one in late)])
    topics = listing(list(dict.fromkeys(one.question for one in late)))
    was = "was" if len(late) == 1 else "were"
    return [
        f"{plural(len(late), 'contrast')} of the diagnostics, of {whose} under {topics}, {was} declared when the "
        "effects of the other families were known."
    ]
