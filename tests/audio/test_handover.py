import asyncio
import threading

import pytest

from voice.audio.handover import ChunkQueue


def put_from_thread(queue: ChunkQueue, *chunks: bytes) -> None:
    def run() -> None:
        for chunk in chunks:
            queue.put(chunk)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


async def waiting_get(queue: ChunkQueue) -> "asyncio.Task[bytes | None]":
    """A task that is really waiting in `get`."""
    task = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    return task


async def test_a_chunk_from_another_thread_wakes_the_consumer() -> None:
    queue = ChunkQueue(4)
    task = await waiting_get(queue)
    put_from_thread(queue, b"a")
    assert await asyncio.wait_for(task, 5) == b"a"


async def test_chunks_keep_their_order() -> None:
    queue = ChunkQueue(4)
    put_from_thread(queue, b"a", b"b", b"c")
    assert [await queue.get() for _ in range(3)] == [b"a", b"b", b"c"]


async def test_a_full_queue_drops_the_oldest_and_counts() -> None:
    queue = ChunkQueue(2)
    for chunk in (b"a", b"b", b"c", b"d"):
        queue.put(chunk)
    assert queue.dropped == 2
    assert [await queue.get(), await queue.get()] == [b"c", b"d"]


async def test_clear_forgets_without_counting() -> None:
    queue = ChunkQueue(2)
    queue.put(b"a")
    queue.clear()
    queue.put(b"b")
    assert await queue.get() == b"b"
    assert queue.dropped == 0


async def test_close_wakes_a_waiting_consumer() -> None:
    queue = ChunkQueue(2)
    task = await waiting_get(queue)
    queue.close()
    assert await asyncio.wait_for(task, 5) is None


async def test_what_was_queued_before_close_still_comes_and_later_puts_do_not() -> None:
    queue = ChunkQueue(2)
    queue.put(b"a")
    queue.close()
    queue.put(b"b")
    assert [await queue.get(), await queue.get()] == [b"a", None]


async def test_a_cancelled_consumer_loses_no_chunk() -> None:
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context))
    queue = ChunkQueue(2)
    task = await waiting_get(queue)
    queue.put(b"a")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await queue.get() == b"a"
    await asyncio.sleep(0)
    assert errors == []


async def test_a_second_waiting_consumer_is_refused() -> None:
    queue = ChunkQueue(2)
    task = await waiting_get(queue)
    with pytest.raises(RuntimeError, match="already waiting"):
        await queue.get()
    queue.put(b"a")
    assert await task == b"a"


def test_a_producer_outlives_the_loop_of_its_consumer() -> None:
    queue = ChunkQueue(2)
    loop = asyncio.new_event_loop()
    task = loop.create_task(queue.get())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    queue.put(b"a")
    assert len(queue) == 1
    task._log_destroy_pending = False  # type: ignore[attr-defined]


async def test_many_threads_lose_and_double_nothing() -> None:
    queue = ChunkQueue(4000)
    sent = [[f"{n}-{i}".encode() for i in range(500)] for n in range(4)]

    def send(chunks: list[bytes]) -> None:
        for chunk in chunks:
            queue.put(chunk)

    threads = [threading.Thread(target=send, args=(chunks,)) for chunks in sent]
    for thread in threads:
        thread.start()
    got = [await asyncio.wait_for(queue.get(), 5) for _ in range(2000)]
    for thread in threads:
        thread.join()
    assert sorted(chunk for chunk in got if chunk) == sorted(chunk for chunks in sent for chunk in chunks)


def test_a_queue_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ChunkQueue(0)
