"""How mail programs begin a quotation, a forwarded message and a signature, language by language. Polish first.

The words are those of the programs' own translations (Thunderbird, Outlook, Gmail, Apple Mail, phones, Polish and
German webmail); every expression is tried on a line of bounded length, and none repeats inside a repetition.
"""

import re

# "… wrote", anywhere a person is said to have written.
WROTE = "|".join(
    (
        r"napisał(?:a|o|\(a\)|/a|/-a|\(-a\))?",
        r"napisal(?:a|\(a\)|/a)?",
        r"napisan[ae] przez",
        r"pisze|pisał(?:a|\(a\))?",
        r"wrote|writes|sent|said",
        r"schrieb(?:en)?|geschrieben",
        r"a écrit|écrit|écrivait",
        r"ha scritto|scrisse",
        r"schreef|geschreven",
        r"escribió|escribi[oó]|ha escrito",
        r"escreveu",
        r"skrev|skrifaði",
        r"kirjoitti",
        r"írta|ezt írta",
        r"napsal(?:a|\(a\))?|píše",
        r"napísal(?:a|\(a\))?",
        r"написал(?:а|\(а\))?|пишет|пише|писал(?:а|\(а\))?",
        r"đã viết",
        r"yazdı|şunu yazdı",
        r"a scris",
        r"έγραψε",
        r"rašė|rakstīja|kirjutas",
        r"написав|написала",
    )
)
# What a line begins with that tells when somebody wrote.
OPENERS = "|".join(
    (
        r"W dniu|Dnia|Wiadomość napisana|Użytkownik",
        r"On",
        r"Am|Vom",
        r"Le|El|Il|In data|Il giorno|Em|No dia",
        r"Op|Den|På|Dne|Dňa|Vào|Pe|La",
        r"tir|man|ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|mandag|tirsdag",
    )
)
WEEKDAY = r"(?:[^\W\d]{2,13}\.?,?\s)"
# The same inside a line, when the reply and the heading of the quotation share it: a date must follow at once.
INSIDE = re.compile(rf"(?:\s|-{{2,10}}\s?)(?=(?:On|W dniu|Dnia|Am|Le)\s{WEEKDAY}{{0,2}}\d)")
OPENER = re.compile(rf"[\s\-–—_*]{{0,20}}+(?:{OPENERS})(?=[\s.,])", re.IGNORECASE)
VERB = re.compile(rf"(?<!\w)(?:{WROTE})(?!\w)", re.IGNORECASE)
VERB_END = re.compile(
    rf"(?<!\w)(?:{WROTE})(?: \(cytat\)| następująco| co następuje| het volgende)?"
    r"[\s*_]{0,5}:?[\s*_>\-–—]{0,20}\Z",
    re.IGNORECASE,
)
# Horde: "Cytowanie Jan Nowak <jan@example.test>:".
QUOTING = re.compile(r"(?:Cytowanie|Cytat od|Quoting|Zitat von|Citando|Citando a)\s.{1,200}:\Z", re.IGNORECASE)
# Notes: "Jan Nowak wrote on 12.09.2026 10:15:39:".
VERB_THEN_DATE = re.compile(
    rf"(?<!\w)(?:{WROTE})\s(?:on|am|w dniu|dnia|le)\s[^\n]{{0,20}}\d[^\n]{{0,40}}:\Z", re.IGNORECASE
)
# Scripts that put no blanks between words.
VERB_WITHOUT_BLANKS = re.compile(r"(?:写道|寫道|書きました|のメール|작성)\s?[:：]\Z")
VERB_THEN_NAME = re.compile(rf"(?<!\w)(?:{WROTE})\s[^,;!?]{{2,60}}:\Z", re.IGNORECASE)

# The heading that Outlook and its kin put over a quotation, by what a line of it tells.
FIELDS: dict[str, str] = {
    "from": r"Od|Nadawca|From|Von|De|Da|Van|Fra|Från|Feladó|Odesílatel|Odosielateľ|От|Від"
    r"|Lähettäjä|Kimden|Expéditeur|发件人|寄件者|差出人|보낸 사람",
    "date": r"Wysłano|Wysłane|Data wysłania|Data|Sent|Date|Gesendet|Datum|Envoyé(?: le)?|Inviato|Verzonden"
    r"|Sendt|Skickat|Dato|Enviado(?: el)?|Fecha|Odesláno|Odoslané|Отправлено|Дата отправки|Дата|Lähetetty|Elküldve"
    r"|Dátum|Message du|Надіслано|发送时间|寄件日期|送信日時|보낸 날짜",
    "to": r"Do|Adresat|To|An|À|A|Aan|Til|Till|Para|Pro|Komu|Кому|Vastaanottaja|Címzett|Kime|Destinataire"
    r"|收件人|收件者|宛先|받는 사람",
    "cc": r"DW|UDW|Kopia|Do wiadomości|Cc|Bcc|Kopie|Copie(?: à)?|CC|Копия",
    "subject": r"Temat|Subject|Betreff|Objet|Oggetto|Onderwerp|Emne|Ämne|Asunto|Assunto|Předmět|Predmet"
    r"|Тема|Aihe|Tárgy|Konu|Sujet|主题|主旨|件名|제목",
    "reply-to": r"Odpowiedz do|Reply-To|Antwort an|Importance|Ważność|Priorytet|Załączniki|Attachments|Anlagen"
    r"|Priority|Priorität|Wichtigkeit|Pièces jointes|Odpowiedź do",
}
FIELD = re.compile(
    r"[\s*_>|]{0,20}+(?:"
    + "|".join(f"(?P<{name.replace('-', '_')}>{words})" for name, words in FIELDS.items())
    + r")"
    r"[\s*_\xa0]{0,5}[:：]",
    re.IGNORECASE,
)
# What a form has that a person typed: "Opis: nie działa". Programs write no such field.
OTHER_FIELD = re.compile(r"[^\W\d_][\w ]{1,30}:\s+\S")
# A second field on the same line: "To: a@b.test Subject: …".
LATER_FIELD = re.compile(
    r"\s(?:" + "|".join(FIELDS[name] for name in ("subject", "to", "date")) + r")[ \xa0]?:\s", re.IGNORECASE
)

ORIGINAL = "|".join(
    (
        r"(?:oryginalna )?wiadomość(?: oryginalna| pierwotna)?|treść (?:oryginalnej )?wiadomości",
        r"oryginaln[aye] [\w-]{3,20}|[\w-]{3,20} oryginaln[aye]",
        r"original (?:message|e-?mail|mail|appointment)|reply message|replied message|previous message",
        r"ursprüngliche (?:nachricht|mail|e-mail)|original-?nachricht|antwort nachricht",
        r"message d'origine|message d’origine|message original|message initial",
        r"messaggio originale|mensaje original|mensagem original",
        r"oorspronkelijk bericht|oprindelig (?:meddelelse|besked)|opprinnelig melding|ursprungligt meddelande",
        r"původní (?:zpráva|e-mail)|pôvodná správa|исходное сообщение|пересылаемое сообщение|eredeti üzenet",
    )
)
ORIGINAL_LINE = re.compile(
    rf"\s{{0,20}}[-_=—–*]{{2,60}}+\s{{0,5}}(?:{ORIGINAL})\s{{0,5}}:?\s{{0,5}}[-_=—–]{{2,60}}\W{{0,5}}\Z",
    re.IGNORECASE,
)
FORWARDED = "|".join(
    (
        r"(?:przekazana|przekazywana|przesłana dalej) wiadomość|wiadomość przekazana|treść przekazanej wiadomości",
        r"(?:begin )?forwarded (?:message|e-?mail|mail)|forwarded by .{1,60}",
        r"weitergeleitete (?:nachricht|mail|e-mail)",
        r"message transféré|message transmis|messaggio inoltrato|mensaje reenviado|mensagem encaminhada",
        r"doorgestuurd bericht|videresendt (?:meddelelse|besked)|vidarebefordrat meddelande",
        r"přeposlaná zpráva|preposlaná správa|пересланное сообщение",
    )
)
FORWARDED_LINE = re.compile(
    rf"\s{{0,20}}[-_=—–*]{{2,60}}+\s{{0,5}}(?:{FORWARDED})\s{{0,5}}:?\s{{0,5}}[-_=—–]{{0,60}}\W{{0,5}}\Z",
    re.IGNORECASE,
)
FORWARDED_HEAD = re.compile(
    r"(?:początek przekazywanej wiadomości|begin forwarded message|anfang der weitergeleiteten nachricht"
    r"|début du message (?:réexpédié|transféré))\s?:\s{0,5}\Z",
    re.IGNORECASE,
)
# GroupWise: ">>> Jan Nowak <jan@example.test> 12.09.2026 10:15 >>>".
GROUPWISE = re.compile(r">>>\s?[^>\n]{1,100}[^\n]{0,200}\d\s?>>>\s{0,5}\Z")
# How a subject begins that passes something on: Outlook and Thunderbird in Polish, English, German, French.
FORWARDS = re.compile(r"(?:fwd?|pd|wg|tr|przek(?:az)?|doorst|i|rv)\s?:", re.IGNORECASE)

DEVICE = r"[^.,;!?\n]{1,50}?"
LINK = r"(?:\s?[<(\[]\s?https?://[^\s<>]{1,300}[>)\]]?)?"
SENT_FROM = "|".join(
    (
        rf"wysłan[eoya] (?:z|przez|za pomocą)\s{DEVICE}",
        rf"(?:pobierz|uzyskaj)\s(?:aplikację\s)?outlook\s{DEVICE}",
        rf"(?:odesłano|odpisano|nadano) z\s{DEVICE}",
        rf"sent (?:from|via|with|using)\s{DEVICE}",
        rf"(?:get|download) outlook for\s{DEVICE}",
        rf"gesendet (?:von|mit|über|aus)\s{DEVICE}",
        rf"(?:diese nachricht wurde )?von meinem?r?\s{DEVICE}\sgesendet",
        rf"(?:holen sie sich|hol dir)\s{DEVICE}",
        rf"envoyé (?:de|depuis|à partir|avec)\s{DEVICE}",
        rf"(?:télécharger|obtenir|obtenez) outlook\s{DEVICE}",
        rf"inviato da(?:l)?\s{DEVICE}|enviado desde\s{DEVICE}|enviado do\s{DEVICE}",
        rf"(?:verzonden|verstuurd) vanaf\s{DEVICE}|skickat från\s{DEVICE}|sendt fra\s{DEVICE}|lähetetty\s{DEVICE}",
        rf"odesláno z\s{DEVICE}|отправлено (?:с|из)\s{DEVICE}",
    )
)
SENT_FROM_LINE = re.compile(rf"[\s*_\-–—]{{0,10}}+(?:{SENT_FROM}){LINK}[.!]?[\s*_]{{0,5}}\Z", re.IGNORECASE)
# What virus scanners add.
SCANNED = re.compile(
    r"[\s*_]{0,5}(?:wolny od wirusów|virus-free|virenfrei|sans virus)\b.{0,200}\Z"
    r"|(?:ta wiadomość|this e-?mail|diese e-mail).{0,60}(?:na obecność wirusów|for viruses|auf viren).{0,120}\Z",
    re.IGNORECASE,
)
# "-- " of RFC 3676, 4.3, and what becomes of it; the em dash of some web programs; the line of mailing lists.
DASHES = re.compile(r"\s?(?:--\s?|—{1,10}|–{1,3}|_{2,80})\Z")
SEPARATOR = re.compile(r"[\s\-_=*~#–—]{3,200}\Z")
# What a signature without a line of dashes is known by: an address, a telephone, a web page.
CONTACTS = (
    re.compile(r"[\w.+-]{1,60}@[\w-]{1,60}\.\w"),
    re.compile(r"(?:\+|\(|\b)\d[\d\s()/.-]{7,20}\d\b"),
    re.compile(r"\b(?:www\.|https?://)\w", re.IGNORECASE),
)
