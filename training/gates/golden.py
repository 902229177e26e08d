"""Texts that every model must answer: plain, empty, very long, with signs that count two units, hostile."""

from __future__ import annotations

PLAIN = "k/c/o T2DM, on Tab Metformin 500 mg BD. C/o fever since 3 days, adv Paracetamol SOS."
LONG = (PLAIN + "\n") * (20_000 // (len(PLAIN) + 1))
EMOJI = "Bukhar hai 👩‍⚕️ aur khansi,\r\nCrocin diya.\r\n\r\nNaïve T2DM é 🙂, Tab Metformin BD."
GOLDEN = (
    PLAIN,
    "",
    "\r\n\t \r\n",
    EMOJI,
    "<script>alert(1)</script> {{ note }} {% load %} & Hypertension",
    "مریض کو بخار ہے, Tab Dolo 650.",
    LONG,
)
