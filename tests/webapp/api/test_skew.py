"""No skew between training and service: a note has the same tokens and the same offsets wherever a model reads it."""

from __future__ import annotations

from spacy.language import Language

from annotation.actions import notes
from annotation.models import Annotation, Note, Project, Task
from tests.webapp.api.conftest import Post
from training import ner, prelabels, serving
from training.artefacts import nlp_of
from training.dataset_quality import Row, quality_report
from training.models import Deployment

TEXTS = [
    "🤕 Pt c/o  pain\r\nk/c/o hypertension 👨‍👩‍👧\r\n\tTab Telma 40 OD\r\nमधुमेह, T2DM\n\n",
    "  \u00a0k/c/o T2DM,HTN on Tab.Metformin500mg BD/\u200bTelma-40\u2014stopped…",
    "Café au lait spots; e\u0301tat d\u2019asthme. Rx: Inj. Insulin 10-0-10 IU\x0b",
]


def tokens(nlp: Language) -> list[list[tuple[int, str]]]:
    return [[(token.idx, token.text) for token in nlp.make_doc(text)] for text in TEXTS]


def test_a_note_has_the_same_tokens_and_offsets_in_training_api_and_prelabels(
    served: Deployment, engine: serving.Engine, post: Post, project: Project, trained: ner.Trained
) -> None:
    news = [notes.NewNote(f"skew-{number}", text) for number, text in enumerate(TEXTS)]
    rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    Project.objects.filter(pk=project.pk).update(double_share=0)
    project.refresh_from_db()
    notes.open_tasks(project=project, notes=rows, reason=Task.Reason.LABEL)

    in_service = engine._routes[project.pk].champion.served.nlp
    assert tokens(trained.nlp) == tokens(in_service) == tokens(nlp_of(served.model))
    for text, found in zip(TEXTS, tokens(in_service), strict=True):
        assert all(text[at : at + len(token)] == token for at, token in found)

    learned = [[span.span for span in spans] for spans in ner.predict(trained.nlp, TEXTS)]
    body = post({"documents": [{"id": row.external_id, "text": row.text} for row in rows]}).json()
    answered = [[(e["start"], e["end"], e["label"]) for e in document["entities"]] for document in body["documents"]]
    assert prelabels.refresh(project) == len(TEXTS)
    marked = [Annotation.objects.get(note=row, origin=Annotation.Origin.PRELABEL).spans for row in rows]
    assert any(learned)
    assert learned == answered == marked


def test_the_quality_report_reads_the_offsets_that_the_model_does(trained: ner.Trained) -> None:
    found = [[span.span for span in spans] for spans in ner.predict(trained.nlp, TEXTS)]
    rows = [Row(at, "train", text, spans) for at, (text, spans) in enumerate(zip(TEXTS, found, strict=True))]
    edges = quality_report(rows, labels=["DISEASE", "TREATMENT"]).to_json()["edges"]
    assert any(found)
    assert not any(edges["counts"].values()), edges
