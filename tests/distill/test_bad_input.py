"""Bad input from the command line: one to three lines that say what, where and what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from skyt_plugins.distill.rules import Rules
from skyt_plugins.distill.score import score
from skyt_plugins.distill.select import select

from ..conftest import ROOT
from .fake_server import FakeServer, served
from .scripted import Given, make_run

ASK = ["generate", "--model", "openai/tiny", "--n", "1", "--max-tokens", "50"]


def refused(*arguments: object, file_bytes: int = 0) -> str:
    """What the command says to standard error, which it must say in at most three lines.

    `file_bytes`: no file may grow beyond that, which is how a disk fills.
    """
    code = "from skyt_plugins.entrypoints.cli import main; main()"
    if file_bytes:
        limits = f"({file_bytes}, {file_bytes})"
        code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, {limits}); {code}"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    told = done.stderr[done.stderr.index("skyt: ") :].strip()
    assert len(told.splitlines()) <= 3, told
    return told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"messages": "hello"}', "must be a list of objects with role and content"),
        ('{"messages": [{"role": "user"}]}', "must be a list of objects with role and content"),
        ("", "nothing to ask"),
        ('{"question": ', "broken JSON"),
        ("[1]", "a JSON object is wanted"),
    ],
)
def test_prompts_that_are_none(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text(text)
    said = refused(*ASK, "--prompts", tmp_path / "p.jsonl", "--out", tmp_path / "run")
    assert told in said
    assert "p.jsonl" in said


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_bytes(b"x")
    said = refused(*ASK, "--prompts", tmp_path / "p.parquet", "--out", tmp_path / "run")
    assert "p.parquet cannot be read" in said


def test_a_damaged_shard(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [Given("a", "\\boxed{4}", 1)])
    shard = next((run / "responses").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-20])
    assert f"{shard} cannot be read" in refused("score", run)


def test_an_out_that_is_a_file_and_an_address_that_is_none(prompts: Path, tmp_path: Path) -> None:
    assert "is a file" in refused(*ASK, "--prompts", prompts, "--out", prompts)
    said = refused(*ASK, "--prompts", prompts, "--out", tmp_path / "run", "--base-url", "localhost")
    assert "begins with http://" in said


def test_a_disk_that_fills(tmp_path: Path) -> None:
    prompts = tmp_path / "p.jsonl"
    prompts.write_text(
        "".join(
            json.dumps({"id": f"s{i}", "question": f"What is {i} + 2?", "answer": "4"}) + "\n"
            for i in range(300)
        )
    )
    with served(FakeServer()) as url:
        asked = [*ASK, "--prompts", prompts, "--out", tmp_path / "asked", "--base-url", url]
        assert f"cannot write to {tmp_path / 'asked'}" in refused(*asked, file_bytes=8_000)
    run = make_run(tmp_path / "run", [Given(f"p{i}", f"\\boxed{{4}} {i}", 1) for i in range(200)])
    assert f"cannot write to {run / 'scores'}" in refused("score", run, file_bytes=4_000)
    score(run)
    said = refused("select", run, "--overlap", "off", file_bytes=500)
    assert f"cannot write to {run / 'selection'}" in said
    select(run, rules=Rules(overlap="off"))
    data = tmp_path / "data"
    assert f"cannot write to {data}" in refused("export", run, "--out", data, file_bytes=4_000)
    assert not list(data.iterdir())
