"""The gateway's dated parameters (⚙)."""

from __future__ import annotations

from portal.parameters import Parameter

DEADLINE_MS = Parameter("bss.deadline", "int", 3000, "ms", "C-01")
CONCURRENCY = Parameter("bss.concurrency", "int", 24, "exchanges per process", "C-01")
ANSWER_LIMIT = Parameter("bss.answer_limit", "int", 262_144, "bytes", "C-01")
BREAKER_FAILURES = Parameter("bss.breaker_failures", "int", 5, "failures in a row", "C-17")
BREAKER_SECONDS = Parameter("bss.breaker_seconds", "int", 30, "s", "C-17")
COMMAND_RETRY_SECONDS = Parameter("bss.command_retry", "int", 5, "s, doubled up to 64 times", "C-17")

PARAMETERS = (
    DEADLINE_MS,
    CONCURRENCY,
    ANSWER_LIMIT,
    BREAKER_FAILURES,
    BREAKER_SECONDS,
    COMMAND_RETRY_SECONDS,
)
