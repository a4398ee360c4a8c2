"""Ray: several nodes, one killed; the driver killed and started again; every record once."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ..conftest import ROOT
from .fake_server import FakeServer, served
from .tiny_model import write_tiny_model

ray = pytest.importorskip("ray")

from ray.data.exceptions import ExecutionTimeoutError  # noqa: E402

from skyt_plugins.distill.engines import ray as ray_engine  # noqa: E402
from skyt_plugins.distill.engines.base import Choice, Reply, Request  # noqa: E402
from skyt_plugins.distill.engines.ray import RayEngine  # noqa: E402
from skyt_plugins.distill.engines.ray_files import (  # noqa: E402
    Open,
    new_replies,
    write_checkpoint,
    write_requests,
)
from skyt_plugins.distill.engines.ray_pass import Pass  # noqa: E402
from skyt_plugins.distill.engines.ray_replica import (  # noqa: E402
    Replica,
    reply_row,
    request_of,
    request_row,
)
from skyt_plugins.distill.generate import generate  # noqa: E402
from skyt_plugins.distill.record import Prompt  # noqa: E402
from skyt_plugins.distill.store import Run  # noqa: E402
from skyt_plugins.errors import SkytError  # noqa: E402

BATCH = 4
DRIVER = """
import sys
from skyt_plugins.distill.generate import generate
address, out, prompts, url = sys.argv[1:]
generate(out, "ray/openai/tiny", prompts=prompts,
         sampling={"temperature": 1.0, "max_tokens": 50, "n": 2},
         engine_options={"address": address, "num_replicas": 3, "num_cpus": 0.25, "stall": 60,
                         "batch_size": 4, "base_url": url, "concurrency": 4})
"""


def prompts_file(path: Path, count: int) -> Path:
    rows = (
        {"id": f"s{i}", "question": f"What is {i} + {i}?", "answer": str(2 * i)}
        for i in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def records(out: Path) -> Counter[tuple[str, int, str]]:
    rows = Run.reading(out).rows("responses", ["problem", "sample", "response"])
    return Counter((r["problem"], r["sample"], r["response"]) for r in rows)


def expected(tmp_path: Path, prompts: Path, url: str) -> Counter[tuple[str, int, str]]:
    generate(
        tmp_path / "plain", "openai/tiny", prompts=prompts,
        sampling={"n": 2, "temperature": 1.0, "max_tokens": 50},
        engine_options={"base_url": url, "several": False},
    )  # fmt: skip
    return records(tmp_path / "plain")


def test_a_request_and_its_reply_survive_the_way_through_parquet() -> None:
    prompt = Prompt("t", "p␟\n", [{"role": "user", "content": "é"}], "é", task_version="1")
    request = Request(prompt, (0, 3), 7)
    row = request_row(request, 3)
    back = request_of(row["request"])
    assert (back.prompt.problem, back.samples, back.seed) == ("p␟\n", (3,), request.seed_for(3))
    reply = Reply(back, [Choice("x", "stop", 1)], prompt_tokens=5)
    assert json.loads(reply_row(row["id"], row["request"], reply)["reply"])["prompt_tokens"] == 5


def request_for(problem: str, *samples: int) -> Request:
    return Request(Prompt("t", problem, [{"role": "user", "content": "x"}], "x"), samples, 7)


def write_reply(request: Request, sample: int, path: Path) -> None:
    row = request_row(request, sample)
    row = reply_row(row["id"], row["request"], Reply(request, [Choice("x", "stop", 1)]))
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist([row]), path)


def test_a_reply_that_was_written_twice_is_taken_once(tmp_path: Path) -> None:
    request = request_for("p", 0)
    for name in ("a", "b"):
        write_reply(request, 0, tmp_path / f"{name}.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 half a file")
    wanted, read = Open(), set[Path]()
    wanted.add("t", "p", 0)
    assert len(list(new_replies(tmp_path, read, wanted))) == 1
    assert (wanted.count, len(read)) == (0, 2)
    # What was half a file is looked at again; what the run has already is not wanted any more.
    write_reply(request_for("q", 1), 1, tmp_path / "c.parquet")
    assert list(new_replies(tmp_path, read, wanted)) == []
    assert len(read) == 3


def test_the_checkpoint_says_done_of_what_has_its_reply_and_of_nothing_else(tmp_path: Path) -> None:
    requests = [request_for("p", 0, 1), request_for("q", 0)]
    wanted = write_requests(requests, tmp_path / "requests")
    write_reply(requests[0], 1, tmp_path / "replies" / "a.parquet")
    list(new_replies(tmp_path / "replies", set(), wanted))
    lost = pa.table({"id": ['["t","q",0]']})  # a checkpoint whose replies died with their node
    (tmp_path / "checkpoint").mkdir()
    pq.write_table(lost, tmp_path / "checkpoint" / "lost.parquet")
    write_checkpoint(tmp_path / "requests", tmp_path / "checkpoint", wanted)
    assert pq.read_table(tmp_path / "checkpoint")["id"].to_pylist() == [
        request_row(requests[0], 1)["id"]
    ]


class HalfPass:
    """In place of a pass of Ray Data: answers every other open request, then loses its node."""

    checkpoints: ClassVar[list[set[str]]] = []

    def __init__(self, place: Path, *how: Any) -> None:
        self.place = place

    def start(self) -> None:
        done = ids_in(self.place / "checkpoint")
        self.checkpoints.append(done)
        (self.place / "replies").mkdir(exist_ok=True)
        rows = pq.read_table(self.place / "requests").to_pylist()
        for row in [row for row in rows if row["id"] not in done][::2]:
            request = request_of(row["request"])
            (sample,) = request.samples
            name = f"{request.prompt.problem}-{sample}.parquet"
            write_reply(request, sample, self.place / "replies" / name)

    def is_alive(self) -> bool:
        return False

    def lost(self) -> str:
        return "its node died"


def test_what_a_pass_loses_the_next_one_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ray_engine, "Pass", HalfPass)
    monkeypatch.setattr(RayEngine, "_connect", lambda self: None)
    HalfPass.checkpoints.clear()
    engine = RayEngine("openai/tiny", workdir=str(tmp_path))
    requests = [request_for(name, 0, 1) for name in "abc"]
    replies = list(engine.generate(requests, {"max_tokens": 9}))
    found = Counter((r.request.prompt.problem, r.request.samples) for r in replies)
    assert found == {(name, (sample,)): 1 for name in "abc" for sample in (0, 1)}
    assert [len(done) for done in HalfPass.checkpoints] == [0, 3, 5]
    assert "3 replies are missing (its node died); asking again" in capsys.readouterr().err
    assert not (tmp_path / "ray").exists()


def test_passes_that_bring_nothing_come_to_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "Pass", HalfPass)
    monkeypatch.setattr(RayEngine, "_connect", lambda self: None)
    monkeypatch.setattr(HalfPass, "start", lambda self: None)
    engine = RayEngine("openai/tiny", workdir=str(tmp_path))
    with pytest.raises(SkytError, match="2 replies are missing"):
        list(engine.generate([request_for("a", 0, 1)], {"max_tokens": 9}))


def test_a_replicas_own_error_is_told_as_it_is() -> None:
    run = Pass(Path("x"), lambda rows: rows, 4, 60)
    told = "no server\nstart it"
    run.error = RuntimeError(f"Traceback ...\nskyt_plugins.errors.SkytError: {told}\n\nThe above")
    with pytest.raises(SkytError, match=re.escape(f"Ray stopped: {told}\nwhat was finished")):
        run.lost()
    run.error = ray.exceptions.NodeDiedError("gone")
    assert "gone" in run.lost()
    run.error = ExecutionTimeoutError("a hint at the end")
    assert run.lost() == "no progress for 60 s"


def test_a_replica_answers_batch_after_batch(tmp_path: Path) -> None:
    with served(FakeServer()) as url:
        replica = Replica("openai/tiny", {"base_url": url}, {"temperature": 1.0, "max_tokens": 9})
        for problem in ("p", "q"):
            row = request_row(request_for(problem, 0), 0)
            (reply,) = replica(pa.Table.from_pylist([row])).to_pylist()
            assert json.loads(reply["reply"])["choices"]


def test_ray_without_an_inner_engine_is_told() -> None:
    with pytest.raises(SkytError, match="replicas' engine"):
        RayEngine("some-model")


@pytest.mark.slow
def test_a_node_dies_and_the_driver_too_and_every_record_is_there_once(tmp_path: Path) -> None:
    from ray.cluster_utils import Cluster

    prompts = prompts_file(tmp_path / "p.jsonl", 60)
    with served(FakeServer()) as url:
        calm = expected(tmp_path, prompts, url)
    cluster = Cluster()
    try:
        for number in range(3):  # the first node is the head
            # A death is noticed in 2 s and not in 15.
            quick = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}
            add_node(cluster, **({} if number else {"_system_config": quick}))
        cluster.wait_for_nodes()
        server = FakeServer(delay=1.0)
        with served(server) as url:
            arguments: list[Any] = [cluster.address, tmp_path / "run", prompts, url]

            def drive() -> subprocess.Popen[bytes]:
                return subprocess.Popen(
                    [sys.executable, "-c", DRIVER, *map(str, arguments)], cwd=ROOT,
                    start_new_session=True, stderr=open(tmp_path / "driver.log", "ab"),
                )  # fmt: skip

            driver = drive()
            wait_for(server, 16, driver)
            doomed = busy_node(cluster)
            cluster.remove_node(doomed, allow_graceful=False)
            wait_until(lambda: doomed.node_id not in alive(cluster))
            wait_for(server, server.choices + 2 * BATCH, driver)  # it goes on without that node
            assert driver.poll() is None
            os.kill(driver.pid, signal.SIGKILL)
            driver.wait()
            asked, written = server.choices, len(ids_in(tmp_path / "run" / "ray" / "replies"))
            assert drive().wait(150) == 0, (tmp_path / "driver.log").read_text()[-2000:]
        assert records(tmp_path / "run") == calm
        assert len(calm) == 120
        # What was written is not asked for again; a replica may have finished a last batch.
        assert written > 0
        assert server.choices - asked <= 120 - written + 3 * BATCH
    finally:
        cluster.shutdown()


@pytest.mark.slow
def test_transformers_in_replicas_give_the_records_of_one_process(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    prompts = prompts_file(tmp_path / "p.jsonl", 6)
    model = f"hf/{write_tiny_model(tmp_path / 'model')}"
    sampling = {"n": 2, "temperature": 1.0, "max_tokens": 12}
    generate(tmp_path / "here", model, prompts=prompts, sampling=sampling)
    generate(
        tmp_path / "ray", f"ray/{model}", prompts=prompts, sampling=sampling,
        engine_options={"num_replicas": 2, "num_cpus": 0.5, "batch_size": BATCH, "stall": 120},
    )  # fmt: skip
    assert records(tmp_path / "ray") == records(tmp_path / "here")
    assert len(records(tmp_path / "ray")) == 12


def ids_in(folder: Path) -> set[str]:
    return {
        row["id"]
        for path in folder.rglob("*.parquet")
        for row in pq.read_table(path, columns=["id"]).to_pylist()
    }


def alive(cluster: Any) -> set[str]:
    return {node["NodeID"] for node in cluster.global_state.node_table() if node["Alive"]}


def add_node(cluster: Any, **options: Any) -> None:
    """Ray gives a node 30 s to start, which a loaded machine may not keep: up to three tries."""
    for attempt in range(3):
        try:
            cluster.add_node(num_cpus=2, **options)
            return
        except Exception:
            if attempt == 2:
                raise


def busy_node(cluster: Any) -> Any:
    """A node, not the head, on which a replica is at work; waits for one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for node in cluster.worker_nodes:
            (raylet,) = node.all_processes["raylet"]
            if any("Replica" in title for title in children_of(raylet.process.pid)):
                return node
        time.sleep(0.1)
    raise AssertionError("no node has a replica")


def children_of(process: int) -> Iterator[str]:
    """The command lines of a process's children; Ray's workers name their actor there."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(status.read_text().rpartition(")")[2].split()[1]) == process:
                yield (status.parent / "cmdline").read_text()
        except OSError:
            continue


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def wait_for(server: FakeServer, choices: int, driver: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: server.choices >= choices or driver.poll() is not None)


@pytest.mark.slow
def test_vllm_replicas_are_configured_through_rays_own_classes() -> None:
    from skyt_plugins.distill.engines.ray_vllm import processor_config

    engine = RayEngine(
        "vllm/some/model", num_replicas=4, batch_size=16, tensor_parallel_size=8,
        max_model_len=16_384, accelerator_type="H100",
    )  # fmt: skip
    config = processor_config(engine)
    assert config.model_source == "some/model"
    assert config.concurrency == (4, 4)
    assert config.engine_kwargs["tensor_parallel_size"] == 8
    assert config.accelerator_type == "H100"
    stages = (config.chat_template_stage, config.tokenize_stage, config.detokenize_stage)
    assert stages == (False, False, False)


def test_what_rays_processor_gives_becomes_a_reply() -> None:
    from skyt_plugins.distill.engines.ray_vllm import finished_row

    def reply(most: int, context: int, **changed: Any) -> dict[str, Any]:
        row = request_row(request_for("p", 0), 0) | {
            "generated_text": "so", "num_generated_tokens": 50, "num_input_tokens": 3,
            "__inference_error__": "", "generated_tokens": [5, 7],
        }  # fmt: skip
        row |= changed
        return dict(json.loads(finished_row(row, most, context, frozenset({1}))["reply"]))

    def choice(finish: str) -> list[dict[str, Any]]:
        return [{"text": "so", "finish_reason": finish, "tokens": 50}]

    assert reply(50, 100)["choices"] == choice("length")
    assert reply(51, 53)["choices"] == choice("length")  # the context was full
    assert reply(50, 100, generated_tokens=[5, 1])["choices"] == choice("stop")
    assert reply(51, 54)["choices"] == reply(51, 0)["choices"] == choice("stop")
    assert reply(50, 0, __inference_error__="OOM")["failed"] == "OOM"
    told = "ValueError: The prompt (300) is longer than the maximum model length of 256"
    assert reply(50, 0, __inference_error__=told)["error"] == told
