"""`skyt grade`: judge the answers in a file, without a task or a run."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from skyt_plugins.errors import SkytError

from .key_values import key_values

_BATCH = 20_000  # rows judged at a time: memory stays flat, the cores stay busy


def grade(
    file: Annotated[Path, typer.Argument(help="JSON lines with responses and references.")],
    scorer: Annotated[str, typer.Option(help="The scorer's name.")] = "math",
    scorer_options: Annotated[str, typer.Option(help="Its options, e.g. extract=stated.")] = "",
    response: Annotated[str, typer.Option(help="The column with the response.")] = "response",
    reference: Annotated[str, typer.Option(help="The column with the reference.")] = "reference",
    out: Annotated[Path | None, typer.Option(help="Write each row with its verdict here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Judge every row of a file (.jsonl or .jsonl.gz) and count the outcomes."""
    from rich.console import Console
    from rich.progress import Progress

    from skyt_plugins.registry import get_scorer

    judge = get_scorer(scorer, **key_values(scorer_options, "--scorer-options"))
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    failed = ""  # why the first row that could not be judged was not
    writer = out.open("w", encoding="utf-8") if out else None
    try:
        with Progress(console=Console(file=sys.stderr), disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("judging", total=None)
            for rows in batches(read_rows(file, response, reference)):
                done = sum(rules.values())
                judged = verdicts(judge, rows, response, reference, done)
                for row, verdict in zip(rows, judged, strict=True):
                    counts[verdict.outcome] += 1
                    failed = failed or (verdict.reason if verdict.outcome == "error" else "")
                    counts["undecided"] += bool(verdict.details.get("undecided"))
                    rules[str(verdict.details.get("rule", verdict.outcome))] += 1
                    if writer:
                        told = {"outcome": verdict.outcome, "value": verdict.value,
                                "answer": verdict.answer, "reason": verdict.reason}  # fmt: skip
                        writer.write(json.dumps({**row, **told}, ensure_ascii=False) + "\n")
                bar.advance(task, len(rows))
    finally:
        if writer:
            writer.close()
    total = sum(counts[outcome] for outcome in ("correct", "incorrect", "no_answer", "error"))
    if as_json:
        print(json.dumps({"scorer": scorer, "rows": total, **_shown(counts), "rules": dict(rules)}))
    else:
        print(told_counts(counts, total))
    if failed:
        print(f"skyt: {counts['error']:,} not judged; the first: {failed}", file=sys.stderr)


def _shown(counts: Counter[str]) -> dict[str, int]:
    names = ("correct", "incorrect", "no_answer", "error", "undecided")
    return {name: counts[name] for name in names}


def told_counts(counts: Counter[str], total: int) -> str:
    """The counts in words: rates, and how many answers stayed undecided."""
    judged = total - counts["error"]
    rate = f"{100 * counts['correct'] / judged:.1f} %" if judged else "nothing"
    lines = [f"{rate} of {judged:,} answers correct"]
    lines += [f"  {name:<10} {count:>9,}" for name, count in _shown(counts).items()]
    return "\n".join(lines)


def verdicts(
    judge: Any, rows: list[dict[str, Any]], response: str, reference: str, done: int
) -> list[Any]:
    """Verdicts on `rows`, which follow `done` others: a row without an id goes by its number."""
    from skyt_plugins.types import Problem

    def problem(number: int, row: dict[str, Any]) -> Problem:
        names = {"task": row["task"]} if "task" in row else {}
        return Problem(str(row.get("id", f"row {number}")), "", row[reference], names)

    return judge.score_batch(
        [(str(row[response]), problem(number, row)) for number, row in enumerate(rows, done + 1)]
    )


def read_rows(file: Path, *columns: str) -> Iterator[dict[str, Any]]:
    """The rows of a JSON lines file; SkytError where a line is no object or lacks a column."""
    import gzip

    if not file.is_file():
        raise SkytError(f"no file {file}")
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise SkytError(f"{file}, line {number}: not JSON") from None
            missing = [name for name in columns if not isinstance(row, dict) or name not in row]
            if missing:
                raise SkytError(
                    f"{file}, line {number}: no column {missing[0]!r}\n"
                    "name the columns with --response and --reference"
                )
            yield row


def batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows in lists of at most _BATCH."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
