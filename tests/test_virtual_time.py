"""Virtual time, on which the tests of the local agent and of calls rely."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

pytestmark = pytest.mark.virtual_time


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_wait_takes_exactly_its_time_and_costs_none() -> None:
    began = now()
    await asyncio.sleep(3_600)
    assert now() - began == pytest.approx(3_600, abs=1e-6)


async def test_timers_fire_in_their_order() -> None:
    fired: list[str] = []
    loop = asyncio.get_running_loop()
    loop.call_later(2, fired.append, "second")
    loop.call_later(1, fired.append, "first")
    await asyncio.sleep(3)
    assert fired == ["first", "second"]


async def test_a_timeout_is_of_virtual_time() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(30):
            await asyncio.Event().wait()


async def test_no_time_passes_while_a_thread_computes() -> None:
    released = threading.Event()
    loop = asyncio.get_running_loop()
    loop.call_soon(threading.Timer(0.05, released.set).start)
    with ThreadPoolExecutor(1) as thread:
        began = now()
        async with asyncio.timeout(0.001):
            await loop.run_in_executor(thread, released.wait)
            await asyncio.to_thread(released.wait)
        assert now() == began


async def test_time_goes_on_after_a_job_that_failed_or_was_given_up() -> None:
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(divmod, 1, 0)
    released = threading.Event()
    given_up = asyncio.create_task(asyncio.to_thread(released.wait))
    await asyncio.sleep(0)
    given_up.cancel()
    began = now()
    await asyncio.sleep(5)
    released.set()
    assert now() - began == pytest.approx(5, abs=1e-6)


async def test_a_thread_outside_an_executor_can_wake_the_loop() -> None:
    woken = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Timer(0.05, loop.call_soon_threadsafe, [woken.set]).start()
    await woken.wait()


async def test_a_socket_takes_no_time_at_all() -> None:
    async def echo(socket: ServerConnection) -> None:
        async for message in socket:
            await socket.send(message)

    async with serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as socket:
            for length in (1, 100_000):
                await asyncio.sleep(1)
                began = now()
                await socket.send("x" * length)
                assert len(await socket.recv()) == length
                assert now() == began
