"""A calendar of our own on loopback: speaks the protocol of OpenTimestamps, in the words of its authors' library."""

import secrets
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp


@dataclass(slots=True)
class LocalCalendar:
    """Takes digests, and knows a block for them once it was mined.

    `answer`, where it is set, is sent to whoever asks; `named` stands in promises in place of the own address.
    """

    url: str = ""
    named: str = ""
    answer: tuple[int, bytes] | None = None
    asked: list[str] = field(default_factory=list)
    taken: set[bytes] = field(default_factory=set)
    blocks: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.post("/digest", self._digest), web.get("/timestamp/{commitment}", self._timestamp)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def mine(self, height: int) -> None:
        """Put everything that waits into a block."""
        for commitment in self.taken - self.blocks.keys():
            stamp = Timestamp(commitment)
            inside = stamp.ops.add(OpPrepend(b"version and inputs")).ops.add(OpAppend(b"outputs and lock time"))
            root = inside.ops.add(OpSHA256()).ops.add(OpSHA256())
            root.attestations.add(BitcoinBlockHeaderAttestation(height))
            self.roots[height] = root.msg
            self.blocks[commitment] = height, _bytes(stamp)

    async def _digest(self, request: web.Request) -> web.Response:
        self.asked.append("digest")
        if self.answer is not None:
            return web.Response(status=self.answer[0], body=self.answer[1])
        digest = await request.read()
        if len(digest) > 64:
            return web.Response(status=400, text="digest too long")
        assert request.headers["Accept"] == "application/vnd.opentimestamps.v1"
        stamp = Timestamp(digest)
        mixed = stamp.ops.add(OpAppend(secrets.token_bytes(16))).ops.add(OpSHA256())
        commitment = mixed.ops.add(OpPrepend(secrets.token_bytes(4))).ops.add(OpAppend(secrets.token_bytes(8)))
        commitment.attestations.add(PendingAttestation(self.named or self.url))
        self.taken.add(commitment.msg)
        return web.Response(body=_bytes(stamp), content_type="application/octet-stream")

    async def _timestamp(self, request: web.Request) -> web.Response:
        self.asked.append("timestamp")
        if self.answer is not None:
            return web.Response(status=self.answer[0], body=self.answer[1], headers={"Location": f"{self.url}/x"})
        commitment = bytes.fromhex(request.match_info["commitment"])
        if commitment not in self.taken:
            return web.Response(status=404, text="Commitment not found")
        if commitment not in self.blocks:
            return web.Response(status=404, text="Pending confirmation in Bitcoin blockchain")
        return web.Response(body=self.blocks[commitment][1], content_type="application/octet-stream")


def _bytes(stamp: Timestamp) -> bytes:
    context = BytesSerializationContext()
    stamp.serialize(context)
    return bytes(context.getbytes())
