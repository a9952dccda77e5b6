"""A call is deleted at its service first, and stays here where that fails: here its sessions are known."""

from typing import Any

import httpx
import pytest

from tests.history.samples import ME, a_call, keep, keep_at_service
from tests.support.fake_service import API, EU_API, KEY, LIST, PLACES, US_API, FakeService
from voice.history.records import HistoryProblem
from voice.history.store import Store
from voice.service.desk import ServiceDesk
from voice.service.forgetting import AT_ONCE, BATCH, Forgetting, Forgotten
from voice.service.problems import ServiceProblem

DEADLINE_S = 20


def over(job: Forgetting) -> list[Forgotten]:
    assert job.wait(DEADLINE_S)
    assert job.result is not None
    return job.result


def is_here(store: Store, id_: str = "call-0001") -> bool:
    return store.full_call(ME, id_) is not None


def refusing(status: int) -> Any:
    return lambda _: httpx.Response(status)


def test_a_call_is_deleted_there_in_all_its_sessions_and_then_here(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.timelines["sess_2"] = service.timelines["sess_1"]
    keep_at_service(store, "call-0001", "sess_1", "sess_2", "sess_3")
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.problem) == (True, None)
    assert one.deleted == ("sess_1", "sess_2")
    assert one.unknown == ("sess_3",)
    assert service.timelines == {}
    assert not is_here(store)


def test_deleted_means_no_longer_listed_whatever_its_id_still_answers(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.deleted, one.problem) == (True, ("sess_1",), None)
    assert service.said() == [f"DELETE {API}/sess_1", *(f"GET {place}{LIST}" for place in PLACES)]
    assert "sess_1" in service.deleted, "a soft deletion: by its id it is answered as before"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (204, "AssemblyAI still lists session sess_1, but accepted the request to delete it."),
        (404, "AssemblyAI still lists session sess_1, but answers that it doesn't exist."),
    ],
)
def test_a_session_that_is_still_listed_is_not_deleted_and_the_call_stays(
    desk: ServiceDesk, store: Store, service: FakeService, status: int, told: str
) -> None:
    for place in PLACES:
        service.answers[f"DELETE {place}/sess_1"] = refusing(status)
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.left) == (False, ("sess_1",))
    assert isinstance(one.problem, ServiceProblem)
    assert (one.problem.reason, one.problem.sentence) == ("still_there", told)
    assert is_here(store)


def test_a_session_of_the_other_region_is_deleted_there(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.region = "us"
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.deleted, one.unknown) == (True, ("sess_1",), ())
    assert service.timelines == {}


@pytest.mark.parametrize("request_", [f"DELETE {US_API}/sess_9", f"GET {US_API}{LIST}"])
def test_without_the_other_region_a_404_is_not_believed(
    desk: ServiceDesk, store: Store, service: FakeService, request_: str
) -> None:
    service.answers[request_] = refusing(503)
    keep_at_service(store, "call-0001", "sess_9")
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.unknown, one.left) == (False, (), ("sess_9",))
    assert "agents.us.assemblyai.com" in str(one.problem)
    assert is_here(store)


def test_the_host_that_accepted_the_request_is_believed_without_the_other_region(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    for place in (EU_API, US_API):
        service.answers[f"GET {place}{LIST}"] = refusing(503)
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.deleted) == (True, ("sess_1",))


def test_a_request_that_was_accepted_and_can_not_be_confirmed_is_told_as_that(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.answers[f"GET {API}{LIST}"] = refusing(429)
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.deleted, one.left) == (False, (), ("sess_1",))
    assert str(one.problem).startswith("The request to delete was accepted, but Parley could not confirm it.")


def test_many_calls_share_a_look_at_the_list(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    count = BATCH + 1
    timeline = service.timelines["sess_1"]
    service.timelines = dict.fromkeys((f"sess_{number}" for number in range(count)), timeline)
    for number in range(count):
        keep_at_service(store, f"call-{number:04}", f"sess_{number}")
    result = over(desk.forget(ME))
    assert all(one.deleted for one in result)
    assert len(result) == count
    assert service.said().count(f"GET {API}{LIST}") == 2


@pytest.mark.parametrize("status", [401, 409, 500, 418])
def test_a_call_that_can_not_be_deleted_there_stays_here_until_that_is_wanted(
    desk: ServiceDesk, store: Store, service: FakeService, status: int
) -> None:
    service.answers[f"DELETE {API}/sess_1"] = refusing(status)
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.left) == (False, ("sess_1",))
    assert isinstance(one.problem, ServiceProblem)
    assert is_here(store)
    (one,) = over(desk.forget(ME, ["call-0001"], all_the_same=True))
    assert (one.is_gone, one.left) == (True, ("sess_1",))
    assert not is_here(store)


def test_a_service_that_refuses_is_not_asked_for_every_other_call(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.answers = {f"DELETE {API}/sess_{number}": refusing(401) for number in range(40)}
    for number in range(40):
        keep_at_service(store, f"call-{number:04}", f"sess_{number}")
    keep(store, a_call("call-here"))
    result = over(desk.forget(ME))
    assert len(service.asked) <= AT_ONCE, "and none is listed, for none was asked for"
    assert [one.call.id for one in result if one.is_gone] == ["call-here"]
    assert store.list_calls(ME).total == 40


def test_all_calls_of_an_owner_are_deleted_and_nobody_elses(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.timelines |= {"sess_2": service.timelines["sess_1"], "sess_9": service.timelines["sess_1"]}
    keep_at_service(store)
    keep_at_service(store, "call-0002", "sess_2")
    keep_at_service(store, "call-hers", "sess_9", owner="ann")
    keep(store, a_call("call-runs", agent="assemblyai"), over=False)
    job = desk.forget(ME)
    assert {one.call.id for one in over(job) if one.is_gone} == {"call-0001", "call-0002"}
    assert (job.done, job.total) == (2, 2)
    assert set(service.timelines) == {"sess_9"}
    assert store.full_call("ann", "call-hers") is not None
    assert is_here(store, "call-runs")


def test_a_call_of_another_agent_stays_and_one_of_a_local_agent_that_is_gone_goes(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store, "call-0001", agent="other", agent_url="wss://my.example/v1/ws")
    keep_at_service(store, "call-0002", agent="local")
    other, local = sorted(over(desk.forget(ME)), key=lambda one: one.call.id)
    assert (other.is_gone, other.left) == (False, ("sess_1",))
    assert (local.is_gone, local.left, local.unknown) == (True, (), ())
    assert service.asked == []


def test_an_imported_call_of_somebody_who_logged_in_asks_no_service(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store, imported=True)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.left) == (True, ())
    assert service.asked == []


def test_what_the_database_can_not_delete_is_told_with_what_was_deleted_there(
    desk: ServiceDesk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> bool:
        raise HistoryProblem("The database is locked.", "Close the other program.")

    keep_at_service(store)
    monkeypatch.setattr(store, "delete", locked)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert (one.is_gone, one.deleted) == (False, ("sess_1",))
    assert "locked" in str(one.problem)


def test_stopped_it_tells_what_was_done_and_leaves_the_rest(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    jobs: list[Forgetting] = []

    def stopping(request: httpx.Request) -> httpx.Response:
        jobs[0].stop()
        del service.answers[f"DELETE {request.url}"]
        return httpx.Response(500)

    for number in range(30):
        keep_at_service(store, f"call-{number:04}", f"sess_{number}")
        service.answers[f"DELETE {API}/sess_{number}"] = stopping
    with service.held:
        jobs.append(desk.forget(ME))
    result = over(jobs[0])
    assert len(result) < 30
    assert store.list_calls(ME).total == 30


def test_deleting_a_call_ends_its_bringing_in(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    service.ready = False
    keep_at_service(store)
    bringing = desk.bring_in(ME, "call-0001")
    assert over(desk.forget(ME, ["call-0001"]))[0].is_gone
    assert bringing.wait(DEADLINE_S)
    assert desk.bringing(ME, "call-0001") is None


def test_no_sentence_holds_the_key(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"{request.headers}")

    service.answers[f"DELETE {API}/sess_1"] = broken
    keep_at_service(store)
    (one,) = over(desk.forget(ME, ["call-0001"]))
    assert KEY not in f"{one!r} {one.problem}"
