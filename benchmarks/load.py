"""Clients that ask a server again and again, at once, and note how long each answer takes."""

from __future__ import annotations

import asyncio
import math
import re
import time
from contextlib import closing, suppress
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Question:
    """A request, the body that its answer must have, and who asks it: how many, how often."""

    path: str
    expected: bytes
    clients: int
    token: str = ""
    pause: float = 0.0

    @property
    def request(self) -> bytes:
        """The request, as it is sent."""
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {HOST}"]
        lines += [f"Authorization: Bearer {self.token}"] if self.token else []
        return "\r\n".join([*lines, "", ""]).encode()


@dataclass(frozen=True)
class Answer:
    """When a request was sent, when its answer was there or given up, and whether it was right."""

    sent: float
    ended: float
    right: bool


def p99(answers: list[Answer]) -> float:
    """Return the seconds within which 99 of 100 answers came; giving up counts as an answer."""
    ordered = sorted(answer.ended - answer.sent for answer in answers)
    return ordered[math.ceil(0.99 * len(ordered)) - 1]


@dataclass(frozen=True)
class Seen:
    """What clients saw: right answers a second, the p99 in seconds, how many requests failed."""

    rate: float
    p99: float
    failed: int


def summed_up(answers: list[Answer], began: float, seconds: float) -> Seen:
    """Sum up what was answered after `began`; the rate counts what came in `seconds` from then."""
    counted = [each for each in answers if each.ended > began]
    in_time = sum(each.right and each.ended < began + seconds for each in counted)
    return Seen(in_time / seconds, p99(counted), sum(not each.right for each in counted))


def keep_busy(
    port: int, questions: list[Question], seconds: float, cap: float
) -> list[list[Answer]]:
    """Ask all questions at once, each client at least once, and again when it has its answer.

    After `seconds`, nobody asks again; after `cap` seconds, what has no answer is given up.
    The answers come in the order of the questions.
    """
    return asyncio.run(_keep_busy(port, questions, seconds, cap))


async def _keep_busy(
    port: int, questions: list[Question], seconds: float, cap: float
) -> list[list[Answer]]:
    answers: list[list[Answer]] = [[] for _ in questions]
    end = time.perf_counter() + seconds
    with suppress(TimeoutError):
        async with asyncio.timeout(cap), asyncio.TaskGroup() as clients:
            for question, noted in zip(questions, answers, strict=True):
                for _ in range(question.clients):
                    clients.create_task(_ask(port, question, noted, end))
    return answers


async def _ask(port: int, question: Question, answers: list[Answer], end: float) -> None:
    going = True
    while going:
        reader, writer = await asyncio.open_connection(HOST, port)
        with closing(writer):
            right = True
            while going and right:  # A server hangs up after an error.
                right = await _is_answered(reader, writer, question, answers)
                await asyncio.sleep(question.pause)
                going = time.perf_counter() < end


async def _is_answered(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    question: Question,
    answers: list[Answer],
) -> bool:
    sent, right = time.perf_counter(), False
    try:
        writer.write(question.request)
        right = await _read(reader) == (200, question.expected)
    except (OSError, EOFError):
        pass  # The server hung up instead.
    finally:  # also when the cap cancels it
        answers.append(Answer(sent, time.perf_counter(), right))
    return right


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return the status and the body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if length is None:
        raise RuntimeError(f"An answer without a length: {head!r}")
    return int(head.split(b" ", 2)[1]), await reader.readexactly(int(length[1]))
