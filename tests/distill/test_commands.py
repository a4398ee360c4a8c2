"""The command lines, one after the other, on a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from skyt_plugins.entrypoints.commands import (
    export,
    generate,
    import_,
    label,
    pairs,
    rewrite,
    run,
    score,
    select,
)
from typer.testing import CliRunner

from skyt_plugins.errors import SkytError

from ..conftest import ROOT
from .fake_server import FakeServer, served

app = typer.Typer()
for module in (export, generate, label, pairs, rewrite, run, score, select):
    name = module.__name__.rsplit(".", 1)[-1]
    app.command(name)(getattr(module, name))
app.command("import")(import_.import_)


def skyt(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, SkytError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_from_prompts_to_data_and_pairs(prompts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    ask = ["generate", "--prompts", prompts, "--model", "openai/tiny", "--n", 8, "--out", folder]
    ask += ["--temperature", 1, "--max-tokens", 50]
    planned = skyt(*ask, "--dry-run", "--prices", "0,1000")
    assert "96 responses to ask for" in planned
    assert f"costs at most {96 * 50 / 1000:.2f} at 0 and 1000 per million" in planned
    assert not folder.exists()
    with served(FakeServer()) as url:
        told = skyt(*ask, "--base-url", url, "--engine-args", "concurrency=4", "--prices", "1e6,0")
        assert "96 responses written" in told
        sent = re.search(r"\(([\d,]+) prompt", told)
        assert sent
        assert f"cost of this call: {sent[1]}.00 at" in told
        assert "96 there before" in skyt(*ask, "--base-url", url)
    assert "rewrites accepted" in skyt("rewrite", folder, "--rule")
    judged = json.loads(skyt("score", folder, "--json"))
    assert judged["written"] == 192
    found = json.loads(skyt("select", folder, "--per-problem", 2, "--against", "arith", "--json"))
    kept = found["funnel"][-1]["kept"]
    assert 0 < kept <= 24
    told = skyt("export", folder, "--out", tmp_path / "data", "--format", "sharegpt")
    assert f"{kept} rows" in told
    assert "length" in skyt("pairs", folder, "--out", tmp_path / "pairs")
    assert "12 problems labelled now" in skyt("label", folder, "--pass-rate")
    again = skyt("import", tmp_path / "data" / "train.jsonl", "--out", tmp_path / "back")
    assert f"{kept} responses" in again
    card = (folder / "CARD.md").read_text()
    assert "| responses | 96 |" in card


def test_failed_requests_are_an_error_that_says_how_many(prompts: Path, tmp_path: Path) -> None:
    with (
        served(FakeServer(faults=["500", "500"])) as url,
        pytest.raises(SkytError, match="1 requests failed"),
    ):
        skyt(
            "generate", "--prompts", prompts, "--model", "openai/tiny", "--n", 1,
            "--temperature", 1, "--out", tmp_path / "run", "--base-url", url,
            "--engine-args", "retries=1,concurrency=1",
        )  # fmt: skip


def test_a_malformed_option_is_told(prompts: Path, tmp_path: Path) -> None:
    with pytest.raises(SkytError, match="key=value"):
        skyt(
            "generate", "--prompts", prompts, "--model", "openai/tiny", "--out", tmp_path / "x",
            "--engine-args", "concurrency",
        )  # fmt: skip
    with pytest.raises(SkytError, match="per million tokens"):
        skyt("generate", "--model", "openai/tiny", "--out", tmp_path / "x", "--prices", "cheap")
    with pytest.raises(SkytError, match="where the prompts come from"):
        skyt("generate", "--model", "openai/tiny", "--out", tmp_path / "x")


@pytest.mark.parametrize("command", [c.name for c in app.registered_commands])
def test_every_option_has_help(command: str) -> None:
    group = typer.main.get_command(app)
    for parameter in group.commands[command].params:  # type: ignore[attr-defined]
        if parameter.name != "help":
            assert parameter.help, f"{command}: {parameter.name} has no help"


@pytest.mark.parametrize(("chosen", "expected"), [("", "jemalloc"), ("system", "system")])
def test_the_command_line_chooses_arrows_memory_before_arrow_is_there(
    chosen: str, expected: str
) -> None:
    if expected not in pa.supported_memory_backends():
        pytest.skip(f"this pyarrow has no {expected}")
    code = (
        "import sys; from skyt_plugins.entrypoints.cli import choose_memory_pool; "
        "assert 'pyarrow' not in sys.modules; choose_memory_pool(); "
        "import pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    )
    variables = {k: v for k, v in os.environ.items() if k != "ARROW_DEFAULT_MEMORY_POOL"}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env=variables | ({"ARROW_DEFAULT_MEMORY_POOL": chosen} if chosen else {}),
    )  # fmt: skip
    assert found.stdout.strip() == expected
