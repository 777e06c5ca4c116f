"""What the names of the columns of an unknown log seem to say."""

import re

PERSON = (
    r"user|customer|household|visitor|member|client|account|person|buyer|shopper|reader|listener|viewer|player|subscriber"
    r"|learner|student|patient|guest|(^|_)uid$|distinct_?id|anonymous_?id|amplitude_?id|e.?mail"
)
VISIT = r"session|device|cookie"
"""What stands for a user where nobody is named."""
OF_USER = (
    r"(user|device)?(agent|type|kind|class|category|country|region|state|city|language|locale|segment|status|version|group|"
    r"cohort|tier|plan|level|role|gender|sex|model|brand|os|browser|platform|index|since|at|date|time|day|propert(y|ie)|"
    r"trait|attribute)s?"
)
"""What ends a name of something that is known of a user, or of a visit, and is neither."""
HUMP = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
MEASURE = (
    r"[a-z]*price|amount|cost|quantity|qty|count|value|total|subtotal|sum|duration|second|minute|score|rating|age|length|"
    r"size|weight|discount|balance|position|rank|width|height|percent|rate|dwell|elapsed"
)
NUMBER_OF = r"(number|num|no|nr) of\b"
UNIT = r" m?s$"
LISTED = r"(key)?words?|texts?|labels?|(sub)?titles?|(hash)?tags?|captions?"
CODE = r"(?<! (in|of|by))(?<! per) (code|id|type|name|kind|category|class|group|label|range|currency)s?$"
"""What ends a name of something that stands for a measure, or for a range of it, and is none."""
KEYS = (
    r"purchas|\b(buys?|buying|bought)\b",
    r"\b((pre|re|place)?order\w*|transaction\w*|convert(s|ed|ing)?|conversions?|(re)?subscri\w*|paid|payments?|"
    r"book(ed|ings?)?|(pre)?sales?|sold|sign(s|ed|ing)? ?ups?)\b",
    r"check ?out",
    r"\bupgrad(es?|ed|ing)\b",
)
"""What is in the words of a key action: of a purchase, of others, of the step before it, and of a dearer plan."""
UNDONE = (
    r"fail|cancel|refund|return|declin|reject|expir|abandon|updat|revers|void|error|attempt|pending|edit|remov|"
    r"shipp|shipment|deliver|dispatch|fulfil"
)
"""What is in the name of something that became of a key action, or kept it from being one."""
BESIDES = (
    r"view|click|tap|cart|basket|wish|open|close|visit|search|impression|scroll|log.?in|start|stop|play|share|like|page|"
    r"bookmark|unsubscri"
)
"""What users do who may take a key action."""


def words_of(name: str) -> list[str]:
    """The words of a name in lower case, as `order`, `total` of `order_total`, `order.total` and `orderTotal`."""
    return [word.lower() for word in re.split(rf"[\W_]+|{HUMP}", name) if word]


def is_about_user(name: str) -> bool:
    """Whether a column is named like a person or a visit, or like something that is known of one."""
    return bool(re.search(f"{PERSON}|{VISIT}", name, flags=re.IGNORECASE))


def is_user(name: str) -> bool:
    """Whether a column is named like a person or a visit itself."""
    return is_about_user(name) and not is_measure(name) and not re.fullmatch(OF_USER, words_of(name)[-1])


def users_of(names: list[str]) -> list[str]:
    """Those that are named like a user, the likeliest first: persons, visits, and what they are called."""
    users = [name for name in names if is_user(name)]
    found = [*named(PERSON, users), *named(VISIT, users)]
    return sorted(found, key=lambda name: words_of(name)[-1] == "name")


def keys_of(acts: list[str]) -> list[str]:
    """Those that are named like a key action, the likeliest first: purchases before others, then the shortest.

    What is done besides stands behind them, and what came to nothing last.
    """
    words = {act: " ".join(words_of(act)) for act in acts}
    found = [act for key in KEYS for act in sorted(acts, key=len) if re.search(key, words[act])]
    return sorted(dict.fromkeys(found), key=speaks_against)


def speaks_against(act: str) -> tuple[bool, bool]:
    """What speaks against a key action by its name: that it came to nothing, and that it is done besides."""
    words = " ".join(words_of(act))
    return bool(re.search(UNDONE, words)), bool(re.search(BESIDES, words))


def is_act(value: str) -> bool:
    """Whether a value is named like something that users do."""
    return bool(keys_of([value]) or re.search(BESIDES, value, flags=re.IGNORECASE))


def is_measure(name: str) -> bool:
    """Whether a column is named like something that is measured: one of its words says so, and the last is no code."""
    words = words_of(re.sub(r"(?<=\w)\(s\)", "s", name))  # a plural, and no seconds
    together = " ".join(words)
    if re.search(CODE, together):
        return False
    return any(re.fullmatch(rf"({MEASURE})s?\d*", word) for word in words) or bool(
        re.search(f"{NUMBER_OF}|{UNIT}", together)
    )


def is_of_words(name: str) -> bool:
    """Whether a column is named like text that is a list of words."""
    return any(re.fullmatch(LISTED, word) for word in words_of(name))


def named(pattern: str, names: list[str]) -> list[str]:
    """The names that match, the shortest first: `user_id` before `user_agent_family`."""
    found = [name for name in names if re.search(pattern, name, flags=re.IGNORECASE)]
    return sorted(found, key=lambda name: (not re.search(r"id$", name, flags=re.IGNORECASE), len(name)))
