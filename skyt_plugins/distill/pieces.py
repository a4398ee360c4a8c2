"""Taking a response apart into lines of thought that each propose an answer, and judging each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .ask import answers, text_of
from .engines.base import Engine
from .judges import Judges
from .record import Key, Message, clean
from .sky_format import by_rule
from .store import Run

DELIMITER = "#####"
SPLIT = """\
The reasoning below tries several ways, or reaches its answer more than once. Cut it into pieces, so
that each piece ends where it has just proposed an answer. Copy the text word for word, and put a
line with nothing but #####
between one piece and the next. Change nothing else.

{thought}"""
JUDGE = """\
Problem:
{question}

Its answer is: {reference}

Does the following piece of reasoning arrive at exactly this answer? Say True or False and nothing
else.

{piece}"""
SAMPLING = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 16_384}

# Where a thought begins anew: what reasoning models say when they check, doubt or start over.
_TURN = re.compile(
    r"(?<=\n)\s*(?=(?:wait|hmm|alternatively|but wait|actually|hold on|another (?:way|approach)"
    r"|let me (?:double.?check|verify|check|think|try)|let's (?:verify|check)"
    r"|to (?:verify|check|confirm))\b)",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"\\boxed|answer\s+(?:is|would be|should be|must be)"
    r"|(?:=|is)\s*\$?-?[\d.,/\\{}a-z]+\$?\s*\.?\s*$",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"answer\s+(?:is|would be|should be|must be)\s*:?\s*(.+?)(?:\.\s|\.?$)|"
    r"(?:=|\bis)\s*([^=\n]+?)\s*\.?\s*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A response to take apart."""

    key: Key
    text: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """A response taken apart: `reason` says why it could not be, "" otherwise."""

    key: Key
    pieces: Sequence[str] = ()
    right: Sequence[bool] = ()
    solution: str = ""
    reason: str = ""


@dataclass
class Splitter:
    """Takes responses apart by rule, or through `engine` where one is given."""

    judges: Judges
    engine: Engine | None = None
    sampling: Mapping[str, Any] = field(default_factory=lambda: SAMPLING)

    @property
    def model(self) -> str:
        return self.engine.model if self.engine else "rule"

    def take_apart(self, wholes: Sequence[Whole]) -> Iterator[Pieces]:
        parts: dict[Key, tuple[str, str]] = {}
        for whole in wholes:
            if found := by_rule(whole.text):
                parts[whole.key] = found
            else:
                yield Pieces(whole.key, reason="no tags part the thought from the solution")
        if self.engine is None:
            for key, (thought, solution) in parts.items():
                yield self._judged_by_rule(key, split_by_rule(thought), solution)
        else:
            yield from self._asked(parts)

    def _judged_by_rule(self, key: Key, pieces: list[str], solution: str) -> Pieces:
        """Each piece's last proposal, boxed, goes to the problem's own scorer."""
        judge = self.judges.of(key)
        if judge is None:
            return Pieces(key, reason="the problem has no scorer or no reference")
        problem = self.judges.problem((key.task, key.problem))
        pairs = [(boxed_proposal(piece), problem) for piece in pieces]
        right = [verdict.is_correct for verdict in judge[0].score_batch(pairs)]
        return Pieces(key, pieces, right, solution)

    def _asked(self, parts: Mapping[Key, tuple[str, str]]) -> Iterator[Pieces]:
        assert self.engine is not None
        questions = ((key, _user(SPLIT, thought=parts[key][0])) for key in parts)
        cut: dict[Key, list[str]] = {}
        for key, reply in answers(self.engine, questions, self.sampling):
            if reply.failed:
                continue
            pieces = [p.strip() + "\n\n" for p in text_of(reply).split(DELIMITER) if p.strip()]
            if "".join("".join(pieces).split()) != "".join(parts[key][0].split()):
                yield Pieces(key, reason="the splitter changed the text")
            else:
                cut[key] = pieces
        verdicts: dict[Key, dict[int, bool]] = {key: {} for key in cut}
        judged = answers(
            self.engine,
            (
                ((key, i), self._judge_question(key, piece))
                for key, pieces in cut.items()
                for i, piece in enumerate(pieces)
            ),
            self.sampling,
        )
        for (key, i), reply in judged:
            if (word := text_of(reply).strip().rstrip(".")) in ("True", "False"):
                verdicts[key][i] = word == "True"
        for key, pieces in cut.items():
            found = verdicts[key]
            if len(found) == len(pieces):
                right = [found[i] for i in range(len(pieces))]
                yield Pieces(key, pieces, right, parts[key][1])
            else:
                yield Pieces(key, reason="the judge said neither True nor False")

    def _judge_question(self, key: Key, piece: str) -> list[Message]:
        problem = self.judges.problem((key.task, key.problem))
        return _user(
            JUDGE, question=problem.question, reference=str(problem.reference), piece=piece
        )


def split_by_rule(thought: str) -> list[str]:
    """Pieces that begin where the reasoning turns and end with a proposal; joined they are it."""
    pieces: list[str] = []
    for part in _TURN.split(thought):
        if pieces and not _PROPOSAL.search(pieces[-1]):
            pieces[-1] += part
        else:
            pieces.append(part)
    if len(pieces) > 1 and not _PROPOSAL.search(pieces[-1]):
        pieces[-2:] = [pieces[-2] + pieces[-1]]
    return pieces


def boxed_proposal(piece: str) -> str:
    """The piece's last proposed value in a box, as a response that a scorer can judge."""
    if "\\boxed" in piece:
        return piece
    values = [first or second for first, second in _VALUE.findall(piece)]
    return f"\\boxed{{{values[-1].strip().strip('$')}}}" if values else piece


def pieces_row(found: Pieces, model: str, step: str) -> dict[str, Any]:
    return {
        **found.key._asdict(),
        "pieces": [clean(piece) for piece in found.pieces],
        "right": list(found.right),
        "solution": clean(found.solution),
        "reason": found.reason,
        "model": model,
        "step": step,
    }


def known_pieces(run: Run) -> dict[Key, Pieces]:
    """What earlier calls took apart."""
    found = {}
    for row in run.rows("pieces"):
        key = Key(row["task"], row["problem"], row["sample"])
        found[key] = Pieces(key, row["pieces"], row["right"], row["solution"], row["reason"])
    return found


def _user(template: str, **values: str) -> list[Message]:
    # One pass, so that braces and placeholders inside the values stay what they are.
    text = re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), template)
    return [{"role": "user", "content": text}]
