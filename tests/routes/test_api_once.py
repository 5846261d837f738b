"""Idempotency-Key: the same request again."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.idempotency import KEPT_FOR, forget_old_keys
from helpdesk.models import IdempotencyKey
from helpdesk.transaction import transaction
from tests.routes.api_requests import TICKETS, bearer, body_for, file_ticket, only_ticket


def test_the_same_key_and_body_file_one_ticket(client, cast):
    headers = {**bearer(cast.jan), "Idempotency-Key": "k-1"}
    first = client.post(TICKETS, json=body_for(cast.osp), headers=headers)
    again = client.post(TICKETS, json=body_for(cast.osp), headers=headers)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Location"] == first.headers["Location"]
    assert only_ticket().number == first.json["number"]


def test_the_same_key_with_another_body_is_refused(client, cast):
    headers = {**bearer(cast.jan), "Idempotency-Key": "k-1"}
    client.post(TICKETS, json=body_for(cast.osp), headers=headers)
    answer = client.post(TICKETS, json=body_for(cast.osp, summary="Inne"), headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_reused")
    assert only_ticket().summary != "Inne"


def test_a_key_belongs_to_its_token(client, cast):
    numbers = {file_ticket(client, cast, headers={"Idempotency-Key": "k-1"}).json["number"] for _ in range(2)}
    assert len(numbers) == 2


def test_a_key_of_a_refused_request_can_be_used_again(client, cast):
    headers = {**bearer(cast.jan), "Idempotency-Key": "k-1"}
    assert client.post(TICKETS, json=body_for(cast.library), headers=headers).status_code == 404
    assert client.post(TICKETS, json=body_for(cast.osp), headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "ż", "a b"])
def test_an_unusable_key_is_refused(client, cast, key):
    answer = file_ticket(client, cast, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_idempotency_key")


def test_two_at_once_file_one_ticket(app, cast):
    headers = {**bearer(cast.jan), "Idempotency-Key": "k-1"}
    body, answers = body_for(cast.osp), []

    def send() -> None:
        answers.append(app.test_client().post(TICKETS, json=body, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # what this thread has read is older
    assert {answer.json["number"] for answer in answers} == {only_ticket().number}
    assert [answer.status_code for answer in answers] == [201] * 6


def test_keys_are_forgotten_after_a_day(client, cast):
    file_ticket(client, cast, headers={"Idempotency-Key": "k-1"})
    for waited, kept in ((KEPT_FOR, 1), (timedelta(seconds=1), 0)):
        clock.advance(waited)
        with transaction():
            forget_old_keys()
        assert len(db.session.scalars(sa.select(IdempotencyKey)).all()) == kept
