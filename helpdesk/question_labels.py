"""Words for the categories and their questions, in the reader's language."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.models.codes import Category

# What a category means, in one line under its name.
EXPLANATIONS: dict[Category, LazyString] = {
    Category.HELD_POST: _l("Your post does not appear in the group."),
    Category.HATE: _l("Somebody insults or attacks people in posts or comments."),
    Category.HATE_SPEECH: _l("Incitement to hatred against a group of people."),
    Category.RULE_VIOLATION: _l("A post or comment breaks the rules of the group."),
    Category.MISLEADING: _l("False information that residents may believe."),
    Category.PUBLISHING_TROUBLE: _l("Facebook shows an error or the post cannot be added."),
    Category.PROFILE_PERMISSION: _l("Give a profile the right to publish, or take it away."),
    Category.PUBLICATION_REQUEST: _l("We publish something in your name."),
    Category.OTHER: _l("Anything that does not fit above."),
}

# The one line that everybody writes: label and hint.
SUBJECTS: dict[Category, tuple[LazyString, LazyString]] = {
    Category.HELD_POST: (_l("What is the post about?"), _l("E.g. Flood warning for Wrzosowa street")),
    Category.HATE: (_l("What is happening?"), _l("E.g. Insults against the teacher under the post about the trip")),
    Category.HATE_SPEECH: (_l("What is happening?"), _l("E.g. Calls for violence in the comments")),
    Category.RULE_VIOLATION: (_l("What is happening?"), _l("E.g. An advertisement posted again and again")),
    Category.MISLEADING: (_l("What is happening?"), _l("E.g. A false notice that the school is closed")),
    Category.PUBLISHING_TROUBLE: (_l("What does not work?"), _l("E.g. I cannot add a picture to the post")),
    Category.PROFILE_PERMISSION: (_l("What do you need?"), _l("E.g. The library has a new profile")),
    Category.PUBLICATION_REQUEST: (_l("What is it about?"), _l("E.g. Collection of bulky waste on Saturday")),
    Category.OTHER: (_l("What is it about?"), _l("In one sentence")),
}

# Label and hint ("" for none) by question code.
QUESTIONS: dict[str, tuple[LazyString, LazyString | str]] = {
    "post_url": (
        _l("Link to the post or comment"),
        _l("In the Facebook app: Share, then Copy link."),
    ),
    "appeared_by": (_l("When should it have appeared?"), ""),
    "useful_until": (
        _l("Until when is it useful?"),
        _l("E.g. until the concert begins or the alarm is called off."),
    ),
    "attacked": (_l("Who is attacked?"), _l("E.g. a teacher, the village head, a group of residents.")),
    "violence_threat": (
        _l("Is anybody threatened with violence?"),
        _l("If there is danger now, call 112 first. Then choose “Urgent” above."),
    ),
    "rule": (_l("Which rule is broken?"), _l("The point of the group's rules, if you know it.")),
    "untrue": (_l("What is untrue?"), ""),
    "source": (_l("Where is the correct information?"), _l("A link, or who can confirm it.")),
    "tried": (_l("What did you try?"), ""),
    "screen_says": (_l("What does the screen say?"), _l("Copy the message or add a screenshot.")),
    "device": (_l("What device do you use?"), ""),
    "profile": (_l("Name of the profile or a link to it"), ""),
    "change": (_l("What should we do?"), ""),
    "who": (_l("Who will publish from this profile?"), _l("First and last name.")),
    "content": (_l("Text to publish"), _l("We publish it exactly as it stands here.")),
    "publish_at": (_l("When should it appear?"), _l("Leave empty if as soon as possible.")),
}

ANSWERS: dict[str, LazyString] = {
    "yes": _l("Yes"),
    "no": _l("No"),
    "android": _l("Android phone"),
    "iphone": _l("iPhone"),
    "computer": _l("Computer"),
    "other": _l("Something else"),
    "grant": _l("Give the right to publish"),
    "revoke": _l("Take the right to publish away"),
}
