"""What units of a gmina write about: the texts of demo tickets. `{where}` and `{what}` are filled by the teller."""

from dataclasses import dataclass

from helpdesk.models.codes import Category, Priority, UnitKind

_OSP = (UnitKind.FIRE_BRIGADE,)
_OFFICE = (UnitKind.OFFICE,)
_UTILITIES = (UnitKind.UTILITIES,)
_TEACHING = (UnitKind.SCHOOL, UnitKind.KINDERGARTEN)
_CULTURE = (UnitKind.LIBRARY, UnitKind.CULTURE_CENTRE)
_WELFARE = (UnitKind.SOCIAL_WELFARE,)
_VILLAGE = (UnitKind.VILLAGE,)
_CLUB = (UnitKind.SPORTS_CLUB,)
_ANY = tuple(UnitKind)


@dataclass(frozen=True)
class Plot:
    """One kind of trouble; `weight` says how often it comes compared with the others of the same unit."""

    kinds: tuple[UnitKind, ...]
    category: Category
    priority: Priority
    summary: str
    description: str
    answer: str
    weight: int = 2


_U, _N = Priority.URGENT, Priority.NORMAL
_HELD, _HATE, _SPEECH = Category.HELD_POST, Category.HATE, Category.HATE_SPEECH
_RULES, _FALSE = Category.RULE_VIOLATION, Category.MISLEADING
_TROUBLE, _RIGHT = Category.PUBLISHING_TROUBLE, Category.PROFILE_PERMISSION
_REQUEST, _OTHER = Category.PUBLICATION_REQUEST, Category.OTHER
_RELEASED = "Post jest już widoczny w grupie. Zatrzymał go filtr automatyczny; profil dodaliśmy do wyjątków."
_REMOVED = "Komentarz został ukryty, a jego autor dostał ostrzeżenie. Wątek obserwujemy do jutra."

PLOTS: tuple[Plot, ...] = (
    Plot(
        _OSP, _HELD, _U, "Ostrzeżenie o zalanej drodze {where} czeka na zatwierdzenie",
        "Woda przelewa się przez jezdnię, kierowcy zawracają. Post wisi jako oczekujący, prosimy o puszczenie.",
        _RELEASED, 5,
    ),
    Plot(
        _OSP, _HELD, _U, "Zatrzymany post o pożarze traw {where}",
        "Trwają działania trzech zastępów. Prosimy mieszkańców o zamknięcie okien, a post się nie pokazuje.",
        _RELEASED, 3,
    ),
    Plot(
        _OSP, _HELD, _U, "Komunikat o drzewie na drodze {where} wstrzymany",
        "Droga nieprzejezdna, objazd wyznaczony. Post zatrzymany przez automat.", _RELEASED, 4,
    ),
    Plot(
        _OSP, _FALSE, _U, "Fałszywa informacja o skażeniu wody {where}",
        "Ktoś pisze, że woda jest skażona. Nie było żadnego zdarzenia, mieszkańcy dzwonią do remizy.",
        "Wpis został usunięty, a w grupie przypięliśmy sprostowanie urzędu.", 1,
    ),
    Plot(
        _OSP, _HELD, _N, "Zaproszenie na {what} czeka od wczoraj",
        "Post z plakatem nie przechodzi, wydarzenie w przyszłym tygodniu.", _RELEASED,
    ),
    Plot(
        _OSP, _TROUBLE, _N, "Nie dodają się zdjęcia z ćwiczeń {where}",
        "Po wybraniu zdjęć pojawia się błąd i post znika.",
        "Zdjęcia przekraczały limit grupy. Po zmniejszeniu dodały się poprawnie, wysyłam krótką instrukcję.",
    ),
    Plot(
        _OFFICE, _HELD, _U, "Ostrzeżenie RCB o burzach zatrzymane w grupie",
        "Alert obowiązuje od godz. 15, a post nadal oczekuje na akceptację.", _RELEASED, 2,
    ),
    Plot(
        _OFFICE, _HELD, _N, "Ogłoszenie o sesji rady gminy nie przechodzi",
        "Post z porządkiem obrad i linkiem do transmisji został wstrzymany.", _RELEASED, 3,
    ),
    Plot(
        _OFFICE, _FALSE, _N, "Nieprawdziwe informacje o podwyżce opłat za śmieci",
        "W komentarzach krąży kwota, której nie ma w żadnej uchwale.",
        "Przypięliśmy sprostowanie z numerem uchwały, najbardziej mylące komentarze ukryto.",
    ),
    Plot(
        _OFFICE, _HATE, _N, "Obraźliwe komentarze pod postem o remoncie {where}",
        "Wyzwiska pod adresem pracowników urzędu, kilka kont.", _REMOVED, 3,
    ),
    Plot(
        _OFFICE, _SPEECH, _N, "Nawoływanie do nienawiści pod informacją o świetlicy {where}",
        "Komentarze wymierzone w jedną grupę mieszkańców. Zrzuty ekranu w załączeniu.",
        "Treści usunięte i zgłoszone do Facebooka, konta zablokowane. Prosimy zachować zrzuty.",
    ),
    Plot(
        _OFFICE, _REQUEST, _N, "Prośba o publikację harmonogramu odbioru odpadów",
        "Plik PDF w załączniku, prosimy o wpis w tym tygodniu.",
        "Wpis opublikowany i przypięty na siedem dni.",
    ),
    Plot(
        _OFFICE, _RIGHT, _N, "Uprawnienia dla nowego profilu promocji gminy",
        "Zmieniła się osoba prowadząca profil, prosimy o dodanie nowego.",
        "Nowy profil publikuje już bez akceptacji, poprzedniemu uprawnienie odebraliśmy.", 1,
    ),
    Plot(
        _TEACHING, _HATE, _U, "Hejt pod postem o konkursie recytatorskim",
        "Dorosłe osoby wyśmiewają dzieci z imienia. Prosimy o szybką reakcję.", _REMOVED, 2,
    ),
    Plot(
        _TEACHING, _HATE, _N, "Wyzwiska wobec nauczycielki pod zdjęciem klasy",
        "Kilka komentarzy z jednego konta, rodzice są oburzeni.", _REMOVED, 3,
    ),
    Plot(
        _TEACHING, _HELD, _N, "Post o zapisach do pierwszej klasy zatrzymany",
        "Termin zapisów mija w piątek, post wciąż oczekuje.", _RELEASED, 3,
    ),
    Plot(
        _TEACHING, _HELD, _U, "Informacja o zamknięciu placówki z powodu awarii ogrzewania",
        "Jutro nie ma zajęć. Post nie pokazuje się rodzicom.", _RELEASED,
    ),
    Plot(
        _TEACHING, _RULES, _N, "Zdjęcia dzieci udostępnione bez zgody",
        "Ktoś skopiował zdjęcia z naszego profilu do swojego wpisu.",
        "Wpis usunięty na podstawie regulaminu, autora pouczono.",
    ),
    Plot(
        _TEACHING, _TROUBLE, _N, "Konto szkoły wylogowało się z grupy",
        "Nie możemy publikować, pojawia się komunikat o braku dostępu.",
        "Profil został ponownie dodany, proszę spróbować jeszcze raz.", 1,
    ),
    Plot(
        _CULTURE, _HELD, _N, "Zaproszenie na {what} wstrzymane",
        "Post z plakatem i linkiem do zapisów oczekuje na akceptację.", _RELEASED, 5,
    ),
    Plot(
        _CULTURE, _TROUBLE, _N, "Nie działa zaplanowana publikacja postów",
        "Trzy zaplanowane posty nie ukazały się o ustawionej godzinie.",
        "Planowanie w grupie działa tylko z profilu z uprawnieniem. Ustawiliśmy je i sprawdziliśmy z Państwem.",
    ),
    Plot(
        _CULTURE, _RULES, _N, "Reklama prywatnej firmy pod naszym zaproszeniem",
        "Ta sama reklama wklejana pod każdym naszym wpisem.",
        "Komentarze usunięte, konto reklamowe zablokowane w grupie.",
    ),
    Plot(
        _CULTURE, _REQUEST, _N, "Prośba o przypięcie wpisu: {what}",
        "Wydarzenie w sobotę, prosimy o przypięcie na górze grupy.", "Wpis przypięty do niedzieli.",
    ),
    Plot(
        _WELFARE, _HELD, _N, "Informacja o wydawaniu paczek żywnościowych zatrzymana",
        "Wydajemy jutro od 9, podopieczni nie wiedzą o terminie.", _RELEASED, 3,
    ),
    Plot(
        _WELFARE, _SPEECH, _U, "Groźby wobec podopiecznych pod postem o mieszkaniu chronionym",
        "Pojawił się adres i wezwania, żeby „tam pojechać”. Prosimy o natychmiastową reakcję.",
        "Treści usunięte i zabezpieczone, konta zablokowane. Zrzuty do zgłoszenia na policję wysyłamy.", 1,
    ),
    Plot(
        _WELFARE, _HATE, _N, "Szyderstwa z osób korzystających z pomocy",
        "Komentarze pod wpisem o zasiłkach są nie do przyjęcia.", _REMOVED,
    ),
    Plot(
        _VILLAGE, _HELD, _N, "Ogłoszenie o zebraniu wiejskim czeka na akceptację",
        "Zebranie w czwartek o 18, post wisi od dwóch dni.", _RELEASED, 3,
    ),
    Plot(
        _VILLAGE, _RIGHT, _N, "Sołectwo prosi o prawo publikowania",
        "Mamy nowy profil, chcemy publikować bez czekania.",
        "Po zgodzie koordynatora gminy profil otrzymał uprawnienie.",
    ),
    Plot(
        _CLUB, _HELD, _N, "Zapowiedź meczu nie ukazała się w grupie",
        "Mecz w sobotę o 14, post z plakatem wstrzymany.", _RELEASED, 3,
    ),
    Plot(
        _CLUB, _HATE, _N, "Wyzwiska kibiców pod relacją z meczu",
        "Kłótnia przeniosła się na zawodników juniorów.", _REMOVED,
    ),
    Plot(
        _UTILITIES, _HELD, _U, "Awaria wodociągu {where}: komunikat zatrzymany",
        "Brak wody do wieczora, beczkowóz podstawiony. Post oczekuje na akceptację.", _RELEASED, 4,
    ),
    Plot(
        _UTILITIES, _HELD, _N, "Informacja o płukaniu sieci {where} wstrzymana",
        "Prace w przyszłym tygodniu, prosimy o puszczenie posta.", _RELEASED, 3,
    ),
    Plot(
        _UTILITIES, _FALSE, _N, "Nieprawdziwy termin przywrócenia wody {where}",
        "Mieszkaniec podał zmyśloną godzinę, dzwonią ludzie z pretensjami.",
        "Komentarz ukryty, pod postem przypięty właściwy termin.",
    ),
    Plot(
        _ANY, _OTHER, _N, "Pytanie o zasady publikowania w weekend",
        "Czy post dodany w sobotę wieczorem też przejdzie automatycznie?",
        "Tak, posty z uprawnionych profili przechodzą automatycznie o każdej porze. Wskazówki w załączeniu.", 1,
    ),
    Plot(
        _ANY, _TROUBLE, _N, "Link w poście nie pokazuje podglądu",
        "Po wklejeniu adresu strony post wygląda jak spam i trafia do oczekujących.",
        "Facebook odświeżył podgląd po naszej prośbie. Najlepiej wkleić link w pierwszym komentarzu.", 1,
    ),
)  # fmt: skip

WHERE = (
    "w Borowinach",
    "przy moście na Klonówce",
    "w Dolnej Wsi",
    "koło młyna",
    "przy ul. Lipowej",
    "na trasie do Zagajnika",
    "w Starym Borze",
    "przy ul. Szkolnej",
)
WHAT = (
    "dożynki gminne",
    "wieczór poezji",
    "warsztaty ceramiczne",
    "piknik rodzinny",
    "dzień otwartych drzwi",
    "jarmark rękodzieła",
    "koncert orkiestry dętej",
    "spotkanie z ilustratorką",
)
QUESTIONS = (
    "Proszę o link do posta albo zrzut ekranu; bez tego nie znajdziemy go w kolejce.",
    "Z którego profilu był dodany ten post? Mamy dwa o podobnej nazwie.",
    "Czy komentarz jest nadal widoczny? Na naszym widoku już go nie ma.",
)
ANSWERS = (
    "Wysyłam zrzut ekranu, post był z naszego profilu głównego.",
    "Link w załączeniu. Dziękuję za szybką odpowiedź.",
    "Tak, nadal widoczny, sprawdzone przed chwilą z innego telefonu.",
)
COMPLAINTS = (
    "Niestety sytuacja się powtórzyła, post znowu czeka na akceptację.",
    "Pojawiły się kolejne komentarze z drugiego konta.",
)
NOTES = (
    "Filtr zatrzymał słowo „woda” razem z linkiem. Dopisać do wyjątków.",
    "To samo konto co tydzień temu, warto obserwować.",
    "Po rozmowie z jednostką: sprawa wyjaśniona przez telefon.",
)
