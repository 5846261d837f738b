"""Tokens of the API and the command that makes them."""

import pytest
import sqlalchemy as sa

from helpdesk.api_tokens import all_tokens, create_token, find_token, revoke_token
from helpdesk.cli.api_token import api_token
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import ApiToken, AuditEntry
from helpdesk.transaction import transaction
from tests.routes.api_requests import bearer


def test_only_a_digest_of_the_token_is_kept(cast):
    with transaction():
        token = create_token("biuro", cast.jan)
    row = db.session.scalars(sa.select(ApiToken)).one()
    assert find_token(token) is row
    assert token not in (row.digest, row.name)


def test_making_and_revoking_a_token_is_on_the_audit_trail(cast):
    bearer(cast.jan)
    with transaction():
        revoke_token(all_tokens()[0].id)
        revoke_token(all_tokens()[0].id)
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["api_token_created", "api_token_revoked"]


def test_revoking_an_unknown_token_says_so(app):
    with pytest.raises(NotFound):
        revoke_token(1)


def test_the_command_prints_the_token_alone(app, cast):
    result = app.test_cli_runner().invoke(api_token, ["create", "--name", "biuro", "--user", "JAN@modrzewie.test"])
    assert result.exit_code == 0
    assert find_token(result.stdout.removesuffix("\n")).user == cast.jan


def test_the_command_lists_and_revokes(app, cast):
    runner = app.test_cli_runner()
    token = runner.invoke(api_token, ["create", "--name", "biuro", "--user", cast.jan.email]).stdout.strip()
    row_id = str(all_tokens()[0].id)
    assert runner.invoke(api_token, ["revoke", row_id]).exit_code == 0
    assert runner.invoke(api_token, ["list"]).stdout == f"{row_id}\trevoked\t{cast.jan.email}\tbiuro\n"
    assert find_token(token) is None


@pytest.mark.parametrize("arguments", [["create", "--name", "x", "--user", "nobody@gmina.test"], ["revoke", "77"]])
def test_the_command_says_what_it_cannot_find(app, arguments):
    result = app.test_cli_runner().invoke(api_token, arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: There is no")
