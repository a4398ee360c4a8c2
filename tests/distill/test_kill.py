"""kill -9 at any moment: the same command continues; nothing is lost and nothing is there twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from skyt_plugins.distill.generate import generate
from skyt_plugins.distill.score import score
from skyt_plugins.distill.store import Run

from ..conftest import ROOT
from .fake_server import FakeServer, served

CONCURRENCY, N = 8, 4

GENERATE = """
import sys
from skyt_plugins.distill import shards
from skyt_plugins.distill.generate import generate
shards.SHARD_ROWS = 40
shards.TableWriter.__init__.__defaults__ = (40,)
generate(sys.argv[1], "openai/tiny", prompts=sys.argv[2],
         sampling={"temperature": 1.0, "max_tokens": 50, "n": 4},
         engine_options={"base_url": sys.argv[3], "concurrency": 8})
"""


def start(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def rows(out: Path, table: str, *without: str) -> list[str]:
    return sorted(
        json.dumps({k: v for k, v in row.items() if k not in without}, sort_keys=True)
        for row in Run.reading(out).rows(table)
    )


@pytest.fixture
def many_prompts(tmp_path: Path) -> Path:
    path = tmp_path / "sums.jsonl"
    path.write_text(
        "".join(
            json.dumps(
                {"id": f"s{i}", "question": f"What is {i} + {2 * i}?", "answer": str(3 * i),
                 "scorer": "integer"}
            ) + "\n"
            for i in range(150)
        )
    )  # fmt: skip
    return path


def test_ctrl_c_says_that_the_same_command_goes_on(many_prompts: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with served(FakeServer(delay=0.05)) as url:
        process = subprocess.Popen(
            [sys.executable, "-m", "skyt_plugins.entrypoints.cli", "generate", "--out", str(out),
             "--prompts", str(many_prompts), "--model", "openai/tiny", "--n", "4",
             "--temperature", "1", "--engine-args", f"base_url={url},concurrency=1"],
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
            # Where the tests run in the background a shell may have told them to ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        journals = (out / "responses").glob
        while process.poll() is None and not any(p.stat().st_size for p in journals("*.jsonl")):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[1]
        assert process.returncode == 130
        assert told.splitlines()[-1] == (
            "skyt: interrupted; the same command goes on with what is left"
        )
        assert "Traceback" not in told
        assert Run.reading(out).count("responses") > 0


def test_generation_killed_again_and_again_equals_an_undisturbed_run(
    many_prompts: Path, tmp_path: Path
) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    with served(FakeServer()) as url:
        generate(
            calm, "openai/tiny", prompts=many_prompts,
            sampling={"temperature": 1.0, "max_tokens": 50, "n": N},
            engine_options={"base_url": url, "concurrency": CONCURRENCY},
        )  # fmt: skip
    draw = random.Random(1)
    server = FakeServer(delay=0.05)
    kills = 6
    with served(server) as url:
        for _ in range(kills):
            # The server holds still until the kill, however late that comes on a busy machine.
            server.pause_at = server.choices + N * 12
            process = start(GENERATE, str(rough), str(many_prompts), url)
            while server.choices < server.pause_at and process.poll() is None:
                time.sleep(0.005)
            time.sleep(draw.random() * 0.05)
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        server.pause_at = sys.maxsize
        assert start(GENERATE, str(rough), str(many_prompts), url).wait(120) == 0
    assert rows(rough, "responses") == rows(calm, "responses")
    assert rows(rough, "problems") == rows(calm, "problems")
    # Asked again: at most what was in flight at each kill, or answered and not on disk yet.
    again = sum(server.asked.values()) - len(server.asked)
    assert again <= kills * (CONCURRENCY + 2)


def test_scoring_killed_judges_every_response_once(many_prompts: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with served(FakeServer()) as url:
        generate(
            run, "openai/tiny", prompts=many_prompts,
            sampling={"temperature": 1.0, "max_tokens": 50, "n": N},
            engine_options={"base_url": url, "concurrency": CONCURRENCY},
        )  # fmt: skip
    code = """
import sys, time
from skyt_plugins.distill import judging, score, verdicts
from skyt_plugins.distill.judges import Judges
judging.FIRST_PART = judging.LARGEST_PART = 16
verdicts.HELD_SECONDS = 0.1
judging.CHEAP_SECONDS = float(sys.argv[2])
def judge(self, texts, original=Judges.judge):
    time.sleep(0.05)
    return original(self, texts)
Judges.judge = judge
score.score(sys.argv[1])
"""
    kills = 0
    for cheap in (0, 0, 1, 1):  # judged in this process; in several
        process = start(code, str(run), str(cheap))
        goal = Run.reading(run).count("scores") + 40
        while Run.reading(run).count("scores") < goal and process.poll() is None:
            time.sleep(0.01)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 3
    found = score(run).found
    assert found > 0
    judged = Counter((row["problem"], row["sample"]) for row in Run.reading(run).rows("scores"))
    assert len(judged) == 150 * N
    assert set(judged.values()) == {1}


def test_a_killed_writer_leaves_no_lock(many_prompts: Path, tmp_path: Path) -> None:
    code = """
import sys, time
from skyt_plugins.distill.store import Run
with Run.writing(sys.argv[1], create=True):
    print("held", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "run")], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait()
    with Run.writing(tmp_path / "run") as run:
        assert run.count("responses") == 0
