"""The side thread: what need not wait for a step, nor make one wait: encoding words, decoding pictures, craft."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")
CACHE_BYTES: Final = 256 * 2**20


class Side:
    """One thread beside the loop's, and a memory of encoded words."""

    def __init__(self, *, cache_bytes: int = CACHE_BYTES) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="side")
        self._kept: OrderedDict[Hashable, tuple[Future[Any], int]] = OrderedDict()
        self._cache_bytes = cache_bytes
        self.hits = 0
        self.misses = 0

    def submit(self, work: Callable[[], T]) -> "Future[T]":
        """Do something in the side thread."""
        return self._thread.submit(_without_gradients, work)

    def remembered(self, key: Hashable, work: Callable[[], T]) -> "Future[T]":
        """Return what was once found for `key`, or is being found; only the loop's thread may ask."""
        known = self._kept.get(key)
        if known is not None and not (known[0].done() and known[0].exception() is not None):
            self.hits += 1
            self._kept.move_to_end(key)
            return known[0]
        self.misses += 1
        future = self.submit(work)
        self._kept[key] = (future, 0)
        self._forget()
        return future

    def close(self) -> None:
        """Drop what waits; what runs comes to its end by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        """Measure what has come in since, and drop what was not asked for longest."""
        for key, (future, size) in self._kept.items():
            if not size and future.done() and future.exception() is None:
                self._kept[key] = (future, _size_bytes(future.result()))
        total = sum(size for _, size in self._kept.values())
        for key, (future, size) in list(self._kept.items()):
            if total <= self._cache_bytes:
                return
            if future.done():
                del self._kept[key]
                total -= size


def _without_gradients(work: Callable[[], T]) -> T:
    with torch.no_grad():
        return work()


def _size_bytes(value: Any) -> int:
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, (list, tuple)):
        return sum(_size_bytes(inner) for inner in value)
    return sys.getsizeof(value)
