"""What distillation costs beside the model: idle time, throughput, memory, resume.

    python benchmarks/distill.py [--rows 100000] [--resume-rows 1000000] [--only NAME …]

Every part runs in a process of its own, so that peak memory is its own. Peers run beside it in the
same call: `datasets.map` for scoring and filtering, Inspect and the official client for asking.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
IN_FLIGHT, DELAY = 64, 0.05


def peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def write_prompts(path: Path, count: int) -> Path:
    with open(path, "w", encoding="utf-8") as file:
        for i in range(count):
            row = {"id": f"s{i}", "question": f"What is {i} + {2 * i}?", "answer": str(3 * i)}
            file.write(json.dumps({**row, "scorer": "integer"}) + "\n")
    return path


class _Server:
    """A server in a process of its own; answers after DELAY seconds."""

    def __enter__(self) -> str:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "benchmarks/quick_server.py"), "--delay", str(DELAY)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        return f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def idle(requests: int = 25_600) -> dict[str, Any]:
    """A server that answers in 50 ms, 64 in flight: our share of the ideal rate."""
    from skyt_plugins.distill.generate import generate

    ideal = requests * DELAY / IN_FLIGHT
    found: dict[str, Any] = {"requests": requests, "ideal_s": ideal}
    with tempfile.TemporaryDirectory() as folder, _Server() as url:
        prompts = write_prompts(Path(folder) / "p.jsonl", requests)
        bare = asyncio.run(_bare_clients(url, requests))
        cpu = time.process_time()
        began = time.monotonic()
        generate(
            Path(folder) / "run", "openai/tiny", prompts=prompts,
            sampling={"n": 1, "temperature": 1.0, "max_tokens": 50},
            engine_options={"base_url": url, "concurrency": IN_FLIGHT},
        )  # fmt: skip
        took = time.monotonic() - began
        found |= {
            "bare_loop_s": round(bare, 2),
            "skyt_s": round(took, 2),
            "share_of_ideal": round(ideal / took, 3),
            "share_of_bare_loop": round(bare / took, 3),
            "our_cpu_ms_per_request": round((time.process_time() - cpu) / requests * 1e3, 3),
        }
        found |= _peer("official_client_s", lambda: asyncio.run(_official(url, requests // 32)), 32)
        found |= _peer("inspect_s", lambda: _inspect(url, folder, requests // 64), 64)
    return found


async def _bare_clients(url: str, requests: int) -> float:
    """The least any client can do here: post a fixed body, read the answer, 64 at a time."""
    import aiohttp

    body = json.dumps(
        {"model": "tiny", "messages": [{"role": "user", "content": "What is 1 + 2?"}], "seed": 1}
    ).encode()
    numbers = iter(range(requests))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

        async def worker() -> None:
            for _ in numbers:
                async with session.post(f"{url}/chat/completions", data=body) as answer:
                    await answer.read()

        began = time.monotonic()
        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
        return time.monotonic() - began


async def _official(url: str, requests: int) -> float:
    from openai import AsyncOpenAI

    numbers = iter(range(requests))
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def worker() -> None:
            for i in numbers:
                await client.chat.completions.create(
                    model="tiny", messages=[{"role": "user", "content": f"What is {i} + 2?"}]
                )

        began = time.monotonic()
        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
        return time.monotonic() - began


def _inspect(url: str, folder: str, requests: int) -> float:
    from skyt_plugins.distill.generate import generate

    os.environ["TINY_API_KEY"] = "none"
    prompts = write_prompts(Path(folder) / "few.jsonl", requests)
    began = time.monotonic()
    generate(
        Path(folder) / "inspect", "inspect/openai-api/tiny/tiny", prompts=prompts,
        sampling={"n": 1, "temperature": 1.0, "max_tokens": 50},
        engine_options={"base_url": url, "concurrency": IN_FLIGHT},
    )  # fmt: skip
    return time.monotonic() - began


def _peer(name: str, run: Callable[[], float], scale: int) -> dict[str, Any]:
    """A peer's seconds on a part of the work, scaled to all of it; why not where it cannot run."""
    try:
        return {name: round(run() * scale, 1)}
    except Exception as error:  # a peer that is not installed is no failure of ours
        return {name: f"not run: {type(error).__name__}: {error}"[:120]}


def responses(count: int) -> Iterator[dict[str, Any]]:
    """Long responses, as of a reasoning model: about 2,000 characters, half of them right."""
    filler = "We carry the one and look at the next column. " * 40
    for i in range(count):
        problem, right = i // 8, i % 2
        answer = 3 * problem + (0 if right else 1)
        text = f"<think>\n{filler}{i}\n</think>\n\nThe answer is \\boxed{{{answer}}}."
        yield {
            "id": f"s{problem}",
            "question": f"What is {problem} + {2 * problem}?",
            "answer": str(3 * problem),
            "response": text,
            "completion_tokens": 400 + i % 97,
            "scorer": "integer",
        }


def pipeline(rows: int) -> dict[str, Any]:
    """score → select → export of recorded responses, against reading them plus the scorer alone.

    On a shared machine the CPU seconds say more than the others.
    """
    from skyt_plugins.distill.export import export
    from skyt_plugins.distill.import_ import import_
    from skyt_plugins.distill.rules import Rules
    from skyt_plugins.distill.score import score
    from skyt_plugins.distill.select import select

    found: dict[str, Any] = {"rows": rows}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recorded.jsonl"
        with open(file, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in responses(rows))
        found["file_mb"] = round(file.stat().st_size / 1e6)
        os.sync()  # else the system writes the file later, in the time of something else
        cpu = cpu_seconds()
        found["read_and_score_s"] = round(_read_and_score(file), 2)
        found["read_and_score_cpu_s"] = round(cpu_seconds() - cpu, 2)
        began = time.monotonic()
        import_([file], Path(folder) / "run")
        found["import_s"] = round(time.monotonic() - began, 2)
        total = 0.0
        rules = Rules(per_problem=4, overlap="off")
        steps: list[tuple[str, Callable[[], object]]] = [
            ("score", lambda: score(Path(folder) / "run")),
            ("select", lambda: select(Path(folder) / "run", rules=rules)),
            ("export", lambda: export(Path(folder) / "run", Path(folder) / "data")),
        ]
        os.sync()
        cpu = cpu_seconds()
        for name, step in steps:
            began = time.monotonic()
            step()
            took = time.monotonic() - began
            total += took
            found[f"{name}_s"] = round(took, 2)
        found["score_select_export_cpu_s"] = round(cpu_seconds() - cpu, 2)
        found["score_select_export_s"] = round(total, 2)
        found["ratio_to_reading_and_scoring"] = round(found["read_and_score_s"] / total, 2)
        found["peak_mb"] = round(peak_mb())
        found["peak_mb_of_a_judging_process"] = round(peak_mb(resource.RUSAGE_CHILDREN))
        found |= _peer("datasets_map_filter_s", lambda: _datasets(file, folder), 1)
    return found


def _read_and_score(file: Path) -> float:
    from skyt_plugins import Problem, get_scorer

    scorer = get_scorer("integer")
    began = time.monotonic()
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            scorer.score(row["response"], Problem(row["id"], row["question"], row["answer"]))
    return time.monotonic() - began


def _datasets(file: Path, folder: str) -> float:
    """The same job by hand: load, map the scorer, filter the right ones, write."""
    from datasets import disable_progress_bars, load_dataset

    from skyt_plugins import Problem, get_scorer

    disable_progress_bars()
    scorer = get_scorer("integer")

    def verdict(row: dict[str, Any]) -> dict[str, Any]:
        problem = Problem(row["id"], row["question"], row["answer"])
        return {"right": scorer.score(row["response"], problem).is_correct}

    began = time.monotonic()
    data = load_dataset("json", data_files=str(file), split="train", cache_dir=f"{folder}/cache")
    data = data.map(verdict).filter(lambda row: row["right"])
    data.to_json(f"{folder}/peer.jsonl")
    return time.monotonic() - began


def resume(rows: int) -> dict[str, Any]:
    """A run of many records: seconds until the first new request goes out."""
    from skyt_plugins.distill.engines.base import Reply, Request
    from skyt_plugins.distill.generate import generate
    from skyt_plugins.distill.prompts import Ask, file_prompts, file_task
    from skyt_plugins.distill.record import Response, to_json
    from skyt_plugins.distill.store import Run

    class First:
        name, model = "first", "first"
        at = 0.0

        def generate(self, requests: Iterable[Request], sampling: Any) -> Iterator[Reply]:
            for request in requests:
                self.at = time.monotonic()
                yield Reply(request, failed="measured")
                return

        def close(self) -> None:
            pass

    n = 8
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        prompts = write_prompts(Path(folder) / "p.jsonl", rows // n + 1)
        sampling = {"n": n, "temperature": 1.0, "max_tokens": 50}
        with Run.writing(out, create=True) as run:
            run.append("problems", [p.row() for p in file_prompts(prompts, Ask())][: rows // n])
            text = "so we carry the one " * 20
            task = file_task(prompts)
            for i in range(rows // n):
                messages = [{"role": "user", "content": f"What is {i} + {2 * i}?"}]
                run.append(
                    "responses",
                    [
                        Response(
                            task, f"s{i}", sample, "", messages, f"{text}{i} {sample}", "stop", "",
                            9, 99, True, "m", "e", to_json(sampling), 1, sample, n, "s",
                        ).row()
                        for sample in range(n)
                    ],
                )  # fmt: skip
        engine = First()
        cpu = time.process_time()
        began = time.monotonic()
        generate(out, "first/first", prompts=prompts, sampling=sampling, engine=engine)
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        return {
            "records": rows,
            "run_mb": round(size / 1e6),
            "first_request_after_s": round(engine.at - began, 2),
            "cpu_s": round(time.process_time() - cpu, 2),
            "peak_mb": round(peak_mb()),
        }


def memory(rows: int) -> dict[str, Any]:
    """Peak memory of the pipeline at a quarter of the rows and at all of them."""
    few, many = _apart(pipeline, rows // 4), _apart(pipeline, rows)
    return {"rows": [rows // 4, rows], "peak_mb": [few["peak_mb"], many["peak_mb"]]}


def _child(part: Callable[..., dict[str, Any]], arguments: tuple[Any, ...], pipe: Any) -> None:
    pipe.send(part(*arguments))


def _apart(part: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_child, args=(part, arguments, there))
    process.start()
    there.close()
    try:
        return dict(here.recv())
    finally:
        process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--resume-rows", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=25_600)
    parser.add_argument("--only", nargs="*", default=["idle", "pipeline", "memory", "resume"])
    given = parser.parse_args()
    from skyt_plugins.entrypoints.cli import choose_memory_pool

    choose_memory_pool()  # as the command line does
    parts: dict[str, tuple[Callable[..., dict[str, Any]], int]] = {
        "idle": (idle, given.requests),
        "pipeline": (pipeline, given.rows),
        "resume": (resume, given.resume_rows),
    }
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    for name in given.only:
        found = memory(given.rows) if name == "memory" else _apart(*parts[name])
        print(name, json.dumps(found, indent=1), flush=True)


if __name__ == "__main__":
    main()
