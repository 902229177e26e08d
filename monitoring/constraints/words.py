"""Constraints in plain words: how a rule reads, and what a version changed."""

from __future__ import annotations

from collections.abc import Mapping

from monitoring.constraints.document import Document, FieldRule

# So many allowed values are read out.
MOST_SAID = 8


def read_out(rule: FieldRule) -> dict[str, str]:
    """The settings of a rule by their title."""
    return {
        "Completeness": f"{100 * rule.completeness:.1f} %",
        "Required": "yes" if rule.required else "no",
        "Range": _range(rule),
        "Allowed values": _values(rule.domain),
    }


def _range(rule: FieldRule) -> str:
    if rule.low is None and rule.high is None:
        return "any"
    if rule.high is None:
        return f"{rule.low} words or more"
    return f"{rule.low or 0} to {rule.high} words"


def _values(domain: Mapping[str, float]) -> str:
    if not domain:
        return "any"
    said = [f"{value} ({100 * share:.0f} %)" if share else value for value, share in list(domain.items())[:MOST_SAID]]
    left = len(domain) - len(said)
    return ", ".join(said) + (f" and {left} more" if left else "")


def differences(before: Document, after: Document) -> list[str]:
    """What a version changed: ``city: completeness 90.0 %, now 80.0 %``."""
    said = []
    for name, rule in after.fields.items():
        if name not in before.fields:
            said.append(f"{name}: new")
            continue
        old, new = read_out(before.fields[name]), read_out(rule)
        said += [f"{name}: {title.lower()} {old[title]}, now {new[title]}" for title in new if old[title] != new[title]]
    return said + [f"{name}: gone" for name in before.fields if name not in after.fields]
