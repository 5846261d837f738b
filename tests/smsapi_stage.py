"""The second provider on the stage: the look-alike of SMSAPI, through the real package."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from flask import Flask

from helpdesk.notify.smsapi import incoming_address
from helpdesk.simulator.smsapi_api import SmsapiSimulator, start_smsapi
from tests.smsapi_contract import check_request

TOKEN = "the-token-at-smsapi"


@pytest.fixture
def smsapi(app: Flask) -> Iterator[SmsapiSimulator]:
    """An account at SMSAPI beside the one at Twilio; nothing happens by itself."""
    before, client = app.config["SETTINGS"], app.test_client()
    running = start_smsapi(token=TOKEN, incoming_url=incoming_address())
    app.config["SETTINGS"] = replace(before, smsapi_token=TOKEN, smsapi_sender="GMINA", smsapi_url=running.url)

    def send(url: str, params: Mapping[str, str]) -> tuple[int, str]:
        answer = client.get(url.removeprefix(before.public_url), query_string=params)
        return answer.status_code, answer.get_data(as_text=True)

    running.account.reports.send = send
    running.on_request.append(check_request)
    yield running
    running.stop()
    app.config["SETTINGS"] = before
    assert running.problems == []
    assert running.account.reports.problems == []
