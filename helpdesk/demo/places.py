"""Two gminas that are on no map, with their units, groups and contracts."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.demo.past import DAYS
from helpdesk.demo.people import link_secret
from helpdesk.extensions import db
from helpdesk.models import Contract, Group, Municipality, Profile, SlaPolicy, Unit
from helpdesk.models.codes import ProfileRight, UnitKind

# code, name, TERYT (of counties that do not exist), county, province
GMINAS = (
    ("KLO", "Klonowice", "1498012", "klonowicki", "mazowieckie"),
    ("WRZ", "Wrzosowice", "1098022", "wrzosowicki", "łódzkie"),
)
# gmina, key, kind, name, short name
UNITS = (
    ("KLO", "urzad.klonowice", UnitKind.OFFICE, "Urząd Gminy Klonowice", "UG Klonowice"),
    ("KLO", "szkola.klonowice", UnitKind.SCHOOL, "Szkoła Podstawowa w Klonowicach", "SP Klonowice"),
    ("KLO", "biblioteka.klonowice", UnitKind.LIBRARY, "Gminna Biblioteka Publiczna w Klonowicach", "Biblioteka"),
    ("KLO", "osp.klonowice", UnitKind.FIRE_BRIGADE, "Ochotnicza Straż Pożarna w Klonowicach", "OSP Klonowice"),
    ("KLO", "ops.klonowice", UnitKind.SOCIAL_WELFARE, "Ośrodek Pomocy Społecznej w Klonowicach", "OPS Klonowice"),
    ("KLO", "solectwo.borowiny", UnitKind.VILLAGE, "Sołectwo Borowiny Klonowickie", "Sołectwo Borowiny"),
    ("KLO", "klub.klonowice", UnitKind.SPORTS_CLUB, "Ludowy Klub Sportowy „Klon” Klonowice", "LKS Klon"),
    ("WRZ", "urzad.wrzosowice", UnitKind.OFFICE, "Urząd Gminy Wrzosowice", "UG Wrzosowice"),
    ("WRZ", "przedszkole.wrzosowice", UnitKind.KINDERGARTEN, "Przedszkole „Wrzosek” we Wrzosowicach", "Wrzosek"),
    ("WRZ", "kultura.wrzosowice", UnitKind.CULTURE_CENTRE, "Gminny Ośrodek Kultury we Wrzosowicach", "GOK"),
    ("WRZ", "osp.wrzosowice", UnitKind.FIRE_BRIGADE, "Ochotnicza Straż Pożarna we Wrzosowicach", "OSP Wrzosowice"),
    ("WRZ", "komunalny.wrzosowice", UnitKind.UTILITIES, "Zakład Gospodarki Komunalnej we Wrzosowicach", "ZGK"),
)
_NOT_YET_GRANTED = {"solectwo.borowiny": ProfileRight.REQUESTED, "klub.klonowice": ProfileRight.REVOKED}


def make_gminas(policies: dict[str, SlaPolicy]) -> dict[str, Municipality]:
    """The gminas by code with a group and a contract each; `policies` by code of the gmina."""
    begins_on = (clock.now().date() - timedelta(days=DAYS)).replace(day=1)
    gminas = {}
    for code, name, teryt, county, province in GMINAS:
        address = f"https://facebook.test/groups/{name.lower()}"
        contract = Contract(package=1, valid_from=begins_on, sla_policy_id=policies[code].id)
        gminas[code] = Municipality(
            code=code,
            name=name,
            teryt=teryt,
            county=county,
            province=province,
            groups=[Group(name=f"{name} – forum mieszkańców gminy", url=address, rules_url=f"{address}/regulamin")],
            contracts=[contract],
        )
    db.session.add_all(gminas.values())
    db.session.flush()
    return gminas


def make_units(gminas: dict[str, Municipality]) -> dict[str, Unit]:
    """The units by key, each with its publishing profile."""
    units = {}
    for code, key, kind, name, short_name in UNITS:
        units[key] = Unit(
            municipality=gminas[code],
            name=name,
            short_name=short_name,
            kind=kind,
            link_secret=link_secret(key),
            profiles=[_profile(key, name)],
        )
    db.session.add_all(units.values())
    db.session.flush()
    return units


def _profile(key: str, name: str) -> Profile:
    right = _NOT_YET_GRANTED.get(key, ProfileRight.GRANTED)
    return Profile(name=name, url=f"https://facebook.test/{key}", right=right, changed_at=clock.now())
