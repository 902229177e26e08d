"""Every field that could hold text, a row a model.

Each was looked at: may it hold what a note says or whom it is about? Only the ciphertext may, and it is encrypted.
"""

from __future__ import annotations

ENCRYPTED = {
    "annotation.Note": "ciphertext wrapped_key",
    "annotation.Comment": "ciphertext",
    "training.BehaviourCase": "ciphertext wrapped_key",
    "annotation.KeptReply": "ciphertext wrapped_key",
    "training.Batch": "wrapped_key",
    # The secret of a webhook.
    "monitoring.Channel": "ciphertext wrapped_key",
}
HOLDS_NO_PATIENT_TEXT = {
    "annotation.User": "password username first_name last_name email",
    "annotation.Project": "slug name queue_order",
    "annotation.Guideline": "text labels change",
    "annotation.Team": "name",
    "annotation.KeyMap": "keys",
    "annotation.Draft": "spans_json",
    # Its terms are keyed hashes, bucket by bucket: numbers that mean nothing without the key.
    "annotation.NoteIndex": "status",
    "annotation.Label": "name key hint",
    # Counts by field of our own schema: no value, no name of a field that somebody made up.
    "annotation.IntakeHour": "origin fields",
    "annotation.Membership": "role",
    # Ids and facets are the platform's words; the pages and the API's manual say that no name belongs there.
    "annotation.Note": "external_id status origin key_id fingerprint patient doctor "
    "specialty city gender age_band language source",
    "annotation.Task": "reason status skip_reason",
    "annotation.Annotation": "status origin spans_json author_model",
    "annotation.Client": "name prefix key_hash scopes old_prefix old_key_hash allowed_ips",
    "annotation.KeptReply": "key request_sha256 key_id",
    "training.Dataset": "kind status sha256 summary quality",
    "training.DatasetItem": "split",
    "training.Run": "kind name status trigger params environment metrics error worker",
    "training.Step": "name status message inputs params outputs log cache_key",
    "training.ModelVersion": "recipe settings labels folder sha256 signature calibration status decision_reason "
    "override_reason",
    # What was found are offsets and labels.
    "training.Evaluation": "role split difference scores per_label slices per_note found",
    "training.Deployment": "environment role status end_reason",
    "training.TrainingRules": "values reason",
    "training.Hold": "reason",
    "training.TriggerRecord": "trigger sentence",
    "training.GateReport": "kind report",
    "training.BehaviourCase": "category expectation key_id spans",
    "training.UatSession": "status reason",
    "training.UatItem": "candidate_spans rival_spans",
    "training.UatRating": "verdict",
    "training.Reference": "profile",
    "training.Rollout": "kind status stages limits passed plan pairs result reason",
    "training.Feedback": "verdicts",
    # The caller's name of its request; the API's manual says that no name of a patient belongs there.
    "training.Prediction": "origin outcome entities client_ref",
    "training.TrafficMinute": "latencies",
    "training.Batch": "status format index_type client_ref key_id error",
    "training.BatchChunk": "status worker",
    "training.BatchResult": "external_id entities errors",
    "monitoring.Decision": "verb reason evidence",
    # Features and groups of facets, with figures and counts by bin.
    "monitoring.Measurement": "metric feature level inputs_sha256 value",
    "monitoring.Window": "evidence level reasons",
    # Ids of notes; rows of counts, words only as the bucket that they fall into.
    "monitoring.WindowNotes": "notes rows",
    "monitoring.ReferenceNotes": "notes rows",
    "monitoring.Response": "state level stop_reason",
    "monitoring.Alert": "key severity status title sentence proposal evidence",
    # Whom alerts are told: an address or a URL; why it failed, in our own words.
    "monitoring.Channel": "kind target least key_id",
    "monitoring.Delivery": "occasion severity status error",
    "monitoring.Policy": "values reason",
    # Shares by field, values of facets.
    "monitoring.Constraints": "source document reason",
}
