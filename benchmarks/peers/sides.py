"""The sides of the comparison: their environments, and one run of one of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from peers.prepare import Judge

FOLDER = Path("build/benchmarks/peers")
SCRIPTS = Path(__file__).parent
OURS = {
    "downfunnel": {"variant": "sum-next-line", "own": False},
    "downfunnel-own": {"variant": "sum-next-line", "own": True},
    "downfunnel-horizon": {"variant": "sum-horizon", "own": True},
}
"""The sides of this study: whose objective each has, and whether the study's settings and whole histories."""
BARE = "bare-stack"
"""Of the same shape, with nothing added; its rate alone is measured."""
PEERS = {"rectools": "rectools", "replay": "replay-rec", "recbole": "recbole"}
"""The peers and their packages; RecTools' feed-forward layer has no other width than the model's."""
PATIENCE = 5
"""A run that is judged ends when so many rounds in a row brought nothing better."""


def environment(side: str) -> str:
    """The interpreter of a side; a peer's environment is made where it is missing or older than its pins."""
    if side not in PEERS:
        return sys.executable
    folder, pins = FOLDER / side, SCRIPTS / f"{side}.txt"
    python, stamp = folder / "bin/python", folder / ".installed"
    if not stamp.exists() or stamp.stat().st_mtime < pins.stat().st_mtime:
        print(f"{side}: making its environment in {folder}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", "-r", pins], check=True)
        stamp.touch()
    return str(python.absolute())


def version_of(side: str) -> str:
    """The releases of a peer, torch and numpy that are installed."""
    asked = f"from importlib.metadata import version; print(*map(version, ({PEERS[side]!r}, 'torch', 'numpy')))"
    return subprocess.run([environment(side), "-c", asked], capture_output=True, text=True, check=True).stdout.strip()


def run(side: str, settings: dict[str, Any], judge: Judge | None, seconds: float) -> dict[str, Any]:
    """Rounds of one run, with recall where there is a judge, and the most memory that it held.

    Ends after `settings["rounds"]`, after `seconds` of training, or when recall has stopped to grow.

    Raises:
        SystemExit: the side has failed, or its scores are not finite; what it printed is in its log.
    """
    out = (FOLDER / "runs" / side).absolute()
    out.mkdir(parents=True, exist_ok=True)
    told = settings | {"out": str(out), "scored": judge is not None} | OURS.get(side, {})
    script = SCRIPTS / (f"{side}_sasrec.py" if side in PEERS else "bare_stack.py" if side == BARE else "downfunnel.py")
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), str(told["threads"]))
    paths = {"PYTHONPATH": "" if side in PEERS else os.pathsep.join([str(Path.cwd()), str(SCRIPTS.parent.absolute())])}
    rounds: list[dict[str, Any]] = []
    command, where = [environment(side), script.absolute(), json.dumps(told)], out if side in PEERS else None
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (out / "log.txt").open("w") as log:
        child = subprocess.Popen(command, cwd=where, env=os.environ | threads | paths, stderr=log, **pipes)
        for line in child.stdout:
            rounds.append(json.loads(line))
            if judge:
                scores = np.load(out / "scores.npy")
                if not np.isfinite(scores).all():
                    child.kill()
                    raise SystemExit(f"{side}: round {len(rounds)} gave scores that are no finite numbers; see {out}")
                rounds[-1]["recall"] = judge.recall(scores)
            child.stdin.write("go\n" if goes_on(rounds, told["rounds"], seconds) else "stop\n")
            child.stdin.flush()
    if child.wait() or not rounds:
        raise SystemExit(f"{side}: exit code {child.returncode}; see {out / 'log.txt'}")
    return {"rounds": rounds, "peak_mb": rounds[-1]["peak_mb"]}


def goes_on(rounds: list[dict[str, Any]], most: int, seconds: float) -> bool:
    """Whether another round is wanted."""
    curve = [row["recall"] for row in rounds if "recall" in row]
    is_flat = len(curve) > PATIENCE and max(curve[:-PATIENCE]) >= max(curve[-PATIENCE:])
    return len(rounds) < most and rounds[-1]["seconds"] < seconds and not is_flat
