"""What surrounds every request."""

from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ProcessTimeMiddleware:
    """Say in the header `X-Process-Time` how many seconds passed until the answer began."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add the header to the message that starts the answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start = perf_counter()

        async def send_with_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Process-Time"] = f"{perf_counter() - start:.6f}"
            await send(message)

        return await self.app(scope, receive, send_with_time)
