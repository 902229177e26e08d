"""Files to import whose every row has a planted word, good rows and bad ones, a file a format."""

from __future__ import annotations

import json

from tests.patient_data.canaries import CANARIES, PATIENT, TEXT

FILES = {
    "jsonl": "\n".join(
        json.dumps(row, ensure_ascii=escaped)
        for escaped in (True, False)
        for row in (
            {"id": f"good{escaped}", "text": TEXT, "patient": PATIENT, "doctor": PATIENT},
            {"id": f"span{escaped}", "text": TEXT, "entities": [[0, 900, "DISEASE"]]},
            {"id": f"edge{escaped}", "text": TEXT, "entities": [[3, 14, "DISEASE"]]},
            {"id": f"label{escaped}", "text": TEXT, "entities": [[4, 13, CANARIES[0]]]},
            {
                "id": f"mention{escaped}",
                "text": TEXT,
                "entities": [{"start": 0, "end": 2, "label": "D", "text": PATIENT}],
            },
            {"id": TEXT * 9, "text": "fever"},
            {"id": [TEXT], "text": "fever"},
            {"id": f"none{escaped}", "text": [TEXT]},
            {"id": f"good{escaped}", "text": TEXT + "!"},
            TEXT,
        )
    )
    + f'\n{{"id": "cut", "text": "{CANARIES[0]}\n',
    "csv": f'id,text,patient\n1,"{TEXT}",{PATIENT}\n2,{TEXT}\n"{TEXT}',
    "pubtator": f"1|t|{TEXT.splitlines()[0]}\n1|a|x\n1\t0\t4\t{CANARIES[0]}\tDisease\n\n"
    f"{TEXT}\n\n2|t|{TEXT}\n2\t{TEXT}\n",
    "conll": f"{CANARIES[0]} {CANARIES[0]}\n{CANARIES[1]}\n\n# {TEXT}\n",
}
