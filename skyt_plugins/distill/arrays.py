"""Between NumPy, lists and Arrow, without pyarrow's own conversions.

The first call of `pyarrow.array` or `to_numpy` in a process imports pandas where it is installed:
measured 0.4 s and 60 MB, as much as selecting 100,000 records takes. Arrow's methods that compute
import `pyarrow.compute`, 0.1 s for its documentation; the function that they call is below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc

try:
    from pyarrow._compute import call_function
except ImportError:  # another pyarrow keeps it elsewhere
    from pyarrow.compute import call_function

_TYPES = {"int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64()}


def arrow_numbers(values: np.ndarray) -> pa.Array:
    """An Arrow array of the same int32, int64 or float64 values."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(
        _TYPES[values.dtype.name], len(values), [None, pa.py_buffer(values)]
    )


def arrow_bools(values: np.ndarray) -> pa.Array:
    bits = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def arrow_strings(values: Sequence[str | None]) -> pa.Array:
    """Texts, or None; a lone surrogate, which UTF-8 lacks, becomes a question mark."""
    known = None
    if None in values:
        known = arrow_bools(np.array([value is not None for value in values], bool)).buffers()[1]
    texts = [value or "" for value in values]
    data = "".join(texts).encode("utf-8", "replace")
    alone = texts if data.isascii() else [text.encode("utf-8", "replace") for text in texts]
    offsets = np.fromiter(accumulate(map(len, alone), initial=0), np.int32, len(texts) + 1)
    return pa.Array.from_buffers(
        pa.string(), len(texts), [known, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def arrow_repeated(value: str, count: int) -> pa.Array:
    return taken(arrow_strings([value]), np.zeros(count, np.int64))


def taken(values: Any, index: np.ndarray) -> Any:
    """The values, or rows, of an array, batch or table at the positions `index`."""
    return call_function("take", [values, arrow_numbers(index)])


def numpy_ints(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """The values of an int32 or int64 column without nulls."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    kind = f"i{whole.type.bit_width // 8}"
    if not len(whole):
        return np.zeros(0, kind)
    values = np.frombuffer(whole.buffers()[1], kind)
    return values[whole.offset : whole.offset + len(whole)]


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return call_function("dictionary_encode", [column])


def mapped(column: pa.Array, function: Callable[[Any], int], dtype: type) -> np.ndarray:
    """`function` of every value of a column without nulls, called once for equal values."""
    encoded = _encoded(column)
    values = [function(value) for value in encoded.dictionary.to_pylist()]
    return np.array(values, dtype)[numpy_ints(encoded.indices)]


def mapped_pairs(
    first: pa.Array, second: pa.Array, function: Callable[[tuple[Any, Any]], int]
) -> np.ndarray:
    """The same of the pairs that two columns make; called in the order in which they come."""
    one, two = _encoded(first), _encoded(second)
    if len(one.dictionary) == 1:
        # Of one task, as most batches are: no two columns to bring together.
        same = one.dictionary[0].as_py()
        found = [function((same, value)) for value in two.dictionary.to_pylist()]
        return np.array(found, np.int64)[numpy_ints(two.indices)]
    pairs = numpy_ints(one.indices).astype(np.int64) * len(two.dictionary)
    pairs += numpy_ints(two.indices)
    _, at, which = np.unique(pairs, return_index=True, return_inverse=True)
    order = np.argsort(at)
    firsts = (taken(column, at[order]).to_pylist() for column in (first, second))
    values = np.empty(len(at), np.int64)
    values[order] = [function(pair) for pair in zip(*firsts, strict=True)]
    return values[which]


def packed(rows: pa.RecordBatch) -> pa.Buffer:
    """The rows alone as bytes; Arrow's own pickle of a slice takes the whole along."""
    return rows.serialize()


def unpacked(data: Any, schema: pa.Schema) -> pa.RecordBatch:
    """Rows from what `packed` gave; they stay in that memory."""
    return pa.ipc.read_record_batch(pa.py_buffer(data), schema)


def stream_size(rows: pa.RecordBatch) -> int:
    """How many bytes `write_stream` takes, at most."""
    marks = 64  # the lengths before both messages and the end of the stream
    return int(pa.ipc.get_record_batch_size(rows)) + rows.schema.serialize().size + marks


def write_stream(rows: pa.RecordBatch, memory: Any) -> None:
    """Write rows, with their schema, straight into `memory`: one copy where `packed` and writing
    take two."""
    with pa.ipc.new_stream(pa.FixedSizeBufferWriter(pa.py_buffer(memory)), rows.schema) as stream:
        stream.write_batch(rows)


def read_stream(memory: Any) -> pa.RecordBatch:
    """What `write_stream` wrote; it stays in that memory."""
    return pa.ipc.open_stream(pa.py_buffer(memory)).read_next_batch()
