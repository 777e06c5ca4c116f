"""Results on two snapshots, and the contrasts that both have."""

import hashlib
import json
import re

ONE = {"name": "event-over-next-token", "left": "sum-next-moment", "right": "flat-next", "question": "representation"}
ONE |= {"left_variant": "sum-next-moment", "right_variant": "flat-next"}
TREES = {"name": "trees-over-counting", "question": "trees", "left": "best:aggregates", "right": "best:counting"}
TREES |= {"left_variant": "lightgbm-lambdarank", "right_variant": "tifu-knn"}


def text(html) -> str:
    return re.sub(r"<[^>]+>", "", getattr(html, "text", html))


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sign(folder, arm="main") -> None:
    """Lets the manifest of an arm vouch for the files that lie there."""
    path = folder / arm / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    files = {p.name: digest(p) for p in (folder / arm).iterdir() if p != path}
    path.write_text(json.dumps(told | {"snapshot": folder.name, "files": files}), encoding="utf-8")


def contrasts(*shown):
    """Replaces the verdict and effect of contrasts among all that are declared."""

    def change(written):
        for name, verdict, effect in shown:
            found = next(c for c in written["contrasts.json"] if c["name"] == name)
            found |= {"verdict": verdict, "effect": effect, "low": effect - 0.004, "high": effect + 0.004}

    return change


def only(*shown):
    return lambda written: written.update({"contrasts.json": list(shown)})
