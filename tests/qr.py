"""Reads a QR code from a drawn sheet: found by its finder patterns, its words checked by Reed-Solomon (ISO/IEC 18004).

Only what a certificate uses: versions 2 to 6, error correction Q, eight-bit text, a sheet that stands straight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, product

BLOCKS = {2: (22, (22,)), 3: (18, (17, 17)), 4: (26, (24, 24)), 5: (18, (15, 15, 16, 16)), 6: (24, (19, 19, 19, 19))}
"""Version: check words of a block, data words of each block, at level Q."""
SPARE_BITS = 7
MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
LEVEL_Q, FORMAT_MASK, FORMAT_POLYNOMIAL, BYTES_MODE = 0b11, 0x5412, 0x537, 0b0100


@dataclass(frozen=True)
class Code:
    """What a code says, and how wide it is without its margin, in points of the drawing."""

    text: str
    width: float


def read(rows: list[str]) -> Code:
    """The one code of a sheet: a string a row, "1" where it is dark. Raises ValueError when it cannot be read whole."""
    corners = _finders(rows)
    if len(corners) != 3:
        raise ValueError(f"{len(corners)} finder patterns")
    (left, top), (right, _), (_, bottom) = _in_order([(x, y) for x, y, _ in corners])
    size = round((right - left) / (sum(module for *_, module in corners) / 3)) + 7
    if size % 4 != 1:
        raise ValueError(f"{size} modules")
    across, down = (right - left) / (size - 7), (bottom - top) / (size - 7)
    grid = [[rows[round(top + (y - 3) * down)][round(left + (x - 3) * across)] == "1" for x in range(size)]
            for y in range(size)]  # fmt: skip
    return Code(_text(_data(grid)), size * across)


def _finders(rows: list[str]) -> list[tuple[float, float, float]]:
    """Middle and module of every 1:1:3:1:1 that stands in its rows and in its columns, three modules of them."""
    found: list[list[tuple[float, float, float]]] = []
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    for y, row in enumerate(rows):
        for x, module in _middles(row):
            if any(abs(other - y) < 1.6 * module for other, _ in _middles(columns[round(x)])):
                near = next((one for one in found if abs(one[0][0] - x) + abs(one[-1][1] - y) < 3 * module), None)
                found.append([(x, y, module)]) if near is None else near.append((x, y, module))
    return [tuple(sum(part) / len(one) for part in zip(*one, strict=True)) for one in found
            if len(one) > 2 * one[0][2]]  # fmt: skip


def _middles(line: str) -> list[tuple[float, float]]:
    """Middle and module of each run of 1:1:3:1:1 in one line, dark first."""
    runs, at = [], 0
    for dark, run in groupby(line):
        length = len(list(run))
        runs.append((dark, at, length))
        at += length
    found = []
    for start in range(len(runs) - 4):
        lengths = [length for *_, length in runs[start : start + 5]]
        module = sum(lengths) / 7
        fits = all(abs(one - want * module) <= module * 0.6 for one, want in zip(lengths, (1, 1, 3, 1, 1), strict=True))
        if runs[start][0] == "1" and module > 1 and fits:
            found.append((runs[start + 2][1] + (lengths[2] - 1) / 2, module))
    return found


def _in_order(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Upper left, upper right, lower left."""
    first = min(corners, key=sum)
    rest = sorted((one for one in corners if one is not first), key=lambda one: one[1])
    return [first, *rest]


def _data(grid: list[list[bool]]) -> bytes:
    """The data words, each block of them without an error."""
    size = len(grid)
    version = (size - 17) // 4
    flip = MASKS[_mask_of(grid)]
    bits = [grid[y][x] ^ (flip(y, x) == 0) for y, x in _way(size, version)]
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - SPARE_BITS, 8)]
    checks, sizes = BLOCKS[version]
    blocks: list[list[int]] = [[] for _ in sizes]
    taken = iter(words)
    for lengths in (sizes, (checks,) * len(sizes)):
        for place, block in product(range(max(lengths)), range(len(sizes))):
            if place < lengths[block]:
                blocks[block].append(next(taken))
    if any(_syndromes(block, checks) for block in blocks):
        raise ValueError("a word is spoilt")
    return bytes(word for block, length in zip(blocks, sizes, strict=True) for word in block[:length])


def _mask_of(grid: list[list[bool]]) -> int:
    """The mask's number from the format bits about the upper left finder; they must be a code word of level Q."""
    places = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    bits = int("".join("01"[grid[y][x]] for y, x in places), 2) ^ FORMAT_MASK
    rest = bits
    for shift in range(4, -1, -1):
        rest ^= (FORMAT_POLYNOMIAL << shift) * (rest >> (shift + 10) & 1)
    if rest or bits >> 13 != LEVEL_Q:
        raise ValueError(f"format {bits:015b}")
    return bits >> 10 & 7


def _way(size: int, version: int) -> list[tuple[int, int]]:
    """The modules that carry words, in their order: two columns at a time from the right, up and down by turns."""
    far = 4 * version + 10
    taken = {(6, each) for each in range(size)} | {(each, 6) for each in range(size)}
    for top, left, wide, high in ((0, 0, 9, 9), (0, size - 8, 8, 9), (size - 8, 0, 9, 8), (far - 2, far - 2, 5, 5)):
        taken |= set(product(range(top, top + high), range(left, left + wide)))
    pairs = [right for right in range(size - 1, 0, -2) if right > 6] + [5, 3, 1]
    return [(y, x) for turn, right in enumerate(pairs)
            for y in (range(size - 1, -1, -1) if turn % 2 == 0 else range(size))
            for x in (right, right - 1) if (y, x) not in taken]  # fmt: skip


def _syndromes(block: list[int], checks: int) -> bool:
    """Whether any of the block's check sums over GF(256) is not zero."""
    powers = [1]
    for _ in range(254):
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0x11D if doubled & 0x100 else doubled)
    logs = {value: power for power, value in enumerate(powers)}
    for root in range(checks):
        total = 0
        for word in block:
            total = (powers[(logs[total] + root) % 255] if total else 0) ^ word
        if total:
            return True
    return False


def _text(data: bytes) -> str:
    """The one segment of eight-bit text."""
    bits = "".join(f"{word:08b}" for word in data)
    if int(bits[:4], 2) != BYTES_MODE:
        raise ValueError(f"mode {bits[:4]}")
    length = int(bits[4:12], 2)
    return bytes(int(bits[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode("ascii")
