"""What the demo's people wrote: two versions of the guidelines, and comments on notes."""

# A paragraph is one line: the page breaks it where there is room.
_TEXT = """\
Mark every disease and every treatment by its name, as it is written.

## DISEASE
The name of a disease, also as an abbreviation, in Hinglish or misspelt; also when it is denied ("no h/o DM"), \
doubtful ("?dengue"), past, or a relative's.{side}

Symptoms and findings (fever, cough, pain) are no disease.

## TREATMENT
The name of a drug (generic or brand), a procedure or a therapy, also when stopped or planned.{brand}

Form (Tab, Inj), dose, how often and how long do not belong to it. Diet and rest are no treatment.

## Not a mention
A name inside a test, a level, a place, a diet, a vaccination or an allergy ("dengue NS1", "TB clinic", \
"diabetic diet", "allergic to penicillin").
"""
_SIDE = """

Side and stage belong to it when the name is not usual without them ("B/L OA knee", "CKD stage 4")."""
_BRAND = """

A number of the brand belongs to it ("Dolo 650")."""
FIRST_GUIDELINES = _TEXT.format(side="", brand="")
GUIDELINES = _TEXT.format(side=_SIDE, brand=_BRAND)
CHANGE = "Side and stage belong to a disease when it is not usual without them; a brand's number belongs to the drug."

# By whom; they go to the newest notes on which two people differ.
COMMENTS = (
    ("demo-annotator", "I took the side into the disease here; the guidelines were not clear to me."),
    ("demo-annotator-2", "Is the brand with its number one mention, or the name alone?"),
    ("demo-annotator-3", "Could be an abbreviation of the clinic's own; I left it out."),
    ("demo-annotator-2", "Same doctor as yesterday: the handwriting was read wrongly, I think."),
)
