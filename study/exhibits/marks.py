"""What is said of how far a variant was trained, where its curve has not flattened above popularity."""

NEARLY = "best one round before the last"
"""What a refit is a round shorter for than those of its rivals that were best at the end."""
MARKS = ("unfinished", "not clearly above popularity", NEARLY)
"""What `Results.marks` says, in the order in which a sentence tells it."""
LEARNED = f"{MARKS[0]} (best round was the budget's last), or {NEARLY} (refits one round shorter)"
"""What a column of them says in an arm without the rule `popularity`, in words."""
TRAINING = f"{LEARNED}; besides, {MARKS[1]} (gains less than the margin over that rule on select)"
"""What it says in the others."""
