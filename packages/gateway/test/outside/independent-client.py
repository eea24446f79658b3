"""A client of holdfast.v1 in another language, written from PROTOCOL.md alone.

usage: independent-client.py URL TOKEN

Follows the events of its user through whatever happens to its connections. Writes one JSON object a line: each `ready`,
`event` and `gap` as it was taken, and {"type": "lost", "code": N} when a connection is over.
"""

import asyncio
import json
import random
import sys
from urllib.parse import urlencode

import websockets

# What a close code asks of a client: PROTOCOL.md, "Close codes".
STOP = {1002, 1009, 4400, 4409, 4499, 4401}


def tell(word):
    print(json.dumps(word), flush=True)


class Follower:
    def __init__(self, url, token):
        self.url = url
        self.subprotocols = ["holdfast.v1", f"holdfast.bearer.{token}"]
        self.memory = {}

    def take(self, frame):
        """Remembers the place of a frame, and hands it on."""
        kind = frame.get("type")
        if kind == "ready":
            self.memory["resume"] = frame["ticket"]
            self.memory["epoch"] = frame["epoch"]
        if kind in ("ready", "event", "gap"):
            self.memory["offset"] = frame["offset"]
            tell(frame)

    async def converse(self):
        """One connection, until it is over. Returns its close code."""
        address = f"{self.url}?{urlencode(self.memory)}"
        # The library answers pings, and asks by itself: a connection without an answer is over.
        async with websockets.connect(
            address,
            subprotocols=self.subprotocols,
            ping_interval=0.5,
            ping_timeout=1,
            open_timeout=5,
            close_timeout=0.1,
        ) as socket:
            try:
                async for text in socket:
                    self.take(json.loads(text))
            except websockets.ConnectionClosed:
                pass
            return socket.close_code or 1006

    async def follow(self):
        failures = 0
        while True:
            try:
                code = await self.converse()
                failures = 0
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException):
                code = 1006
                failures += 1
            tell({"type": "lost", "code": code})
            if code in STOP:
                return
            await asyncio.sleep(random.random() * min(2.0, 0.05 * 2**failures))


asyncio.run(Follower(*sys.argv[1:3]).follow())
