"""Of the policies the one counts that names most of what the ticket has."""

import pytest

from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy, Group
from helpdesk.models.codes import Category
from helpdesk.oncall.running_alerts import running
from helpdesk.oncall.steps import Scope, policy_for
from helpdesk.transaction import transaction
from tests.drafts import opened

# From the one that names most to the default of the cast.
ORDER = ("group and category", "group", "municipality and category", "municipality", "category", "Domyślna")


def scopes(cast):
    group, place = cast.modrzewie.groups[0].id, cast.modrzewie.id
    return {
        "category": {"category": Category.HATE},
        "municipality": {"municipality_id": place},
        "municipality and category": {"municipality_id": place, "category": Category.HATE},
        "group": {"municipality_id": place, "group_id": group},
        "group and category": {"municipality_id": place, "group_id": group, "category": Category.HATE},
    }


def add(**named):
    with transaction():
        db.session.add(EscalationPolicy(**({"name": "other"} | named)))


@pytest.mark.parametrize("missing", range(len(ORDER)))
def test_the_policy_that_names_most_counts(cast, missing):
    ticket = Scope(cast.modrzewie.id, cast.modrzewie.groups[0].id, Category.HATE)
    for name, named in scopes(cast).items():
        if name in ORDER[missing:]:
            add(name=name, **named)
    assert policy_for(ticket).name == ORDER[missing]


@pytest.mark.parametrize("name", ORDER[:-1])
def test_a_policy_for_something_else_does_not_count(cast, name):
    add(**scopes(cast)[name])
    assert policy_for(Scope(cast.brzezina.id, None, Category.OTHER)).name == "Domyślna"


def test_a_group_of_another_municipality_never_counts(cast):
    foreign = cast.brzezina.groups[0].id
    add(group_id=foreign)
    assert policy_for(Scope(cast.modrzewie.id, foreign, Category.HATE)).name == "Domyślna"
    assert policy_for(Scope(cast.brzezina.id, foreign, Category.HATE)).name == "other"


def test_a_group_counts_though_its_policy_does_not_name_the_municipality(cast):
    with transaction():
        second = Group(name="Druga", municipality=cast.modrzewie)
        db.session.add(second)
    add(name="place", municipality_id=cast.modrzewie.id, category=Category.HATE)
    add(name="group", group_id=second.id)
    assert policy_for(Scope(cast.modrzewie.id, second.id, Category.HATE)).name == "group"


def test_of_equals_the_first_one_made_counts(cast):
    add(name="second", municipality_id=cast.modrzewie.id)
    add(name="third", municipality_id=cast.modrzewie.id)
    assert policy_for(Scope(cast.modrzewie.id, None, Category.HATE)).name == "second"


def test_what_the_policy_wants_is_frozen_with_its_steps(cast):
    add(municipality_id=cast.modrzewie.id, acks_wanted=2, ack_minutes=30)
    alert = running(opened(cast))
    assert (alert.acks_wanted, alert.ack_minutes) == (2, 30)
