"""The client of a server that turns texts into vectors: any OpenAI `/v1/embeddings`, as vLLM serves pooling models.

Texts and questions are one space: the cosine of two vectors says how near two meanings are. Errors are those of
`models.errors`; their texts never contain what a member wrote.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx2
import numpy as np
import openai
from numpy.typing import NDArray

from models.errors import BadResponse, ServerUnavailable
from models.language import translate

AT_ONCE: Final = 8
"""Texts of one request: enough to keep a GPU busy, few enough for a CPU to answer in time."""
Vectors = NDArray[np.float32]


class EmbeddingsClient:
    """Speaks to one embeddings server, on a unix socket or at a URL ending in /v1."""

    def __init__(
        self,
        *,
        uds: Path | None = None,
        base_url: str = "http://localhost/v1",
        api_key: str,
        model: str,
        timeout_s: float = 30.0,
    ) -> None:
        self.model = model
        self._openai = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            http_client=httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(uds) if uds else None)),
            max_retries=0,
            timeout=httpx2.Timeout(timeout_s),
        )

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length one for each text, (texts, dimensions); raise ModelsError."""
        parts = [await self._some(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE)]
        if len({part.shape[1] for part in parts}) != 1:
            raise BadResponse("the embeddings server answered vectors of different lengths")
        return np.concatenate(parts)

    async def _some(self, texts: Sequence[str]) -> Vectors:
        try:
            answer = await self._openai.embeddings.create(model=self.model, input=list(texts), encoding_format="float")
        except openai.APITimeoutError as error:
            raise ServerUnavailable("the embeddings server did not answer in time") from error
        except (openai.APIError, httpx2.HTTPError) as error:
            raise translate(error, began=False) from error
        try:
            rows = sorted(answer.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], np.float32)
        except (AttributeError, TypeError, ValueError) as error:
            # The openai package passes on whatever came with status 200.
            raise BadResponse("the embeddings server answered something that is no list of vectors") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise BadResponse("the embeddings server answered something that is no vector for each text")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._openai.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
