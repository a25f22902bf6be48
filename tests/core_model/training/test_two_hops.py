"""Questions of two hops: their rows are what they say, and the training learns to point."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from core_model.adapters.pointer import Pointer, split_rows
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.segments import TextSegment
from core_model.nn.heads import PointerHead
from core_model.nn.heads.pointer import best_spans
from core_model.shipped import load_core
from core_model.training.loop import train
from core_model.training.mixture.two_hops import FORMS, Report, Shape, TwoHopRows, TwoHops, report_of
from core_model.training.run import TrainingRun
from core_model.training.splits import split_of_ticker
from core_model.training.two_hops import Stage, TwoHopSettings, TwoHopTask, read_reports, spans_mask

LINES = [f"The company sold {n} machines. It also bought {n + 3} others; all of them work." for n in range(150)] + [
    f"{first} {second} assets | {n} | {n + 1}"
    for n, (first, second) in enumerate(
        (first, second)
        for first in ("Current", "Other", "Total", "Deferred", "Prepaid")
        for second in ("tangible", "leased", "pledged", "foreign", "insured", "rented")
    )
]
SMALL = Shape(tokens=512, window=64, candidates=4, questions=2)


@pytest.fixture(scope="module")
def core() -> Core:
    return load_core()


@pytest.fixture(scope="module")
def report(core: Core) -> Report:
    return report_of(LINES, core.tokenizer, "ONE")


def words(core: Core, row: TwoHops, span_2: torch.Tensor) -> str:
    ids = torch.cat([segment.ids_L for segment in row.row if isinstance(segment, TextSegment)])
    return "".join(core.tokenizer.pieces(ids[span_2[0] : span_2[1]].tolist())).replace("\u2581", " ").strip()


def test_a_report_gives_its_captions_once_and_its_sentences_in_order(core: Core, report: Report) -> None:
    assert len(report.captions) == 30
    assert report.captions[0] == "Current tangible assets"
    assert core.tokenizer.pieces(list(report.sentences[1]))[:2] == ["\u2581It", "\u2581also"]
    assert len(report.sentences) == 150 * 3 + 30


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(5))
def test_the_passage_names_where_the_answer_stands_windows_away(
    core: Core, report: Report, form: str, seed: int
) -> None:
    row = TwoHopRows([report], core.tokenizer, SMALL).row(seed, form)
    lengths = [len(segment) for segment in row.row]
    asked = sum(lengths[: SMALL.questions])
    assert lengths[SMALL.questions :] == [64] * 8
    assert row.question_Q2[-1, 1] == asked
    for question_2, k in zip(row.question_Q2, row.right_Q.tolist(), strict=True):
        caption = words(core, row, question_2).split(":")[1].strip()
        link, answer = words(core, row, row.link_S2[k]), words(core, row, row.answer_S2[k])
        assert link.startswith(caption + ":"), "the passage is about what is asked for"
        reference = link.rstrip(".").split()[-1]
        begin = int(row.answer_S2[k, 0])
        before = words(core, row, torch.tensor([begin - 3, begin]))
        assert before.endswith(f"{reference}:"), "and refers to what stands before the answer"
        assert answer
        window = (row.link_S2[k, 0] - asked) // 64, (row.answer_S2[k, 0] - asked) // 64
        assert abs(int(window[0] - window[1])) >= SMALL.apart
    assert len({words(core, row, span_2) for span_2 in row.answer_S2}) == SMALL.candidates
    again = TwoHopRows([report], core.tokenizer, SMALL).row(seed, form)
    assert again.row == row.row


def test_all_answers_are_of_one_form_so_that_a_window_alone_cannot_tell(core: Core, report: Report) -> None:
    rows = [TwoHopRows([report], core.tokenizer, SMALL).row(seed, "unit") for seed in range(40)]
    right = torch.cat([row.right_Q for row in rows])
    assert torch.bincount(right, minlength=4).min() >= 8, "each place is right as often"
    for row in rows:
        assert all(" of " in words(core, row, span_2) for span_2 in row.answer_S2)


def test_what_is_too_short_is_refused(core: Core, report: Report) -> None:
    for short in (replace(report, captions=report.captions[:20]), replace(report, sentences=report.sentences[:9])):
        with pytest.raises(InputRejected) as refused:
            TwoHopRows([short], core.tokenizer, SMALL)
        assert refused.value.code == "reports_too_short"
    with pytest.raises(ValueError, match="too few"):
        Shape(tokens=512, window=512)
    with pytest.raises(ValueError, match="3 questions about 2"):
        Shape(candidates=2, questions=3)


def test_the_pointers_loss_is_minus_the_logarithm_of_the_answers_share() -> None:
    torch.manual_seed(0)
    head = PointerHead(32, 16)
    question_QD, token_ND = torch.randn(2, 32), torch.randn(7, 32)
    answer_QN = torch.zeros(2, 7, dtype=torch.bool)
    answer_QN[0, 2:4] = answer_QN[1, 6] = True
    share_QN = head(question_QD, token_ND).softmax(dim=1)
    wanted = -(share_QN[0, 2:4].sum().log() + share_QN[1, 6].log()) / 2
    assert_close(head.loss(question_QD, token_ND, answer_QN), wanted)
    logits_QN = torch.tensor([[0.0, 5.0, 1.0, 2.0], [9.0, 0.0, 1.0, 2.0]])
    assert best_spans(logits_QN, torch.tensor([[0, 1], [2, 4]])).tolist() == [1, 0]
    same_ND = torch.randn(5, 32)
    assert head(same_ND, same_ND).argmax(dim=1).tolist() == list(range(5)), "before training the most similar leads"


def test_rows_are_split_into_questions_and_what_stands_behind(core: Core, report: Report) -> None:
    rows = [TwoHopRows([report], core.tokenizer, SMALL).row(seed) for seed in (1, 2)]
    with torch.no_grad():
        output = core.encode([row.row for row in rows], num_layers=1)
        parts = split_rows(output.hidden_TD, output, [row.question_Q2 for row in rows])
    second = output.hidden_TD[sum(len(segment) for segment in rows[0].row) :]
    begin, end = rows[1].question_Q2[1].tolist()
    assert_close(parts[1][0][1], second[begin:end].mean(dim=0))
    assert_close(parts[1][1], second[end:])
    assert spans_mask(torch.tensor([[9, 11], [12, 13]]), torch.tensor([1, 0]), 9, 5).tolist() == [
        [False, False, False, True, False],
        [True, True, False, False, False],
    ]


def test_training_lowers_the_loss_and_saves_a_pointer(core: Core, report: Report, tmp_path: Path) -> None:
    shape = Shape(tokens=576, window=96, candidates=2, questions=2, apart=1)
    settings = TwoHopSettings(
        stages=(Stage(steps=3, rows=1, shape=shape), Stage(steps=1, rows=2, shape=SMALL)), warm_up=1
    )
    task = TwoHopTask(core, [report], [report], settings)
    assert [len(task.rows_of(step)) for step in range(4)] == [1, 1, 1, 2]
    assert not any(p.requires_grad for p in task.network.pointer.core.blocks[:9].parameters())
    before = task.loss(0).item()
    train(task, TrainingRun(steps=3, clip=1.0))
    assert task.loss(0).item() < before
    distance = task.network.pointer.core.layers[-1].attention.distance_HW
    assert distance is not None
    assert distance.abs().max() > 0, "the distances learn too"
    task.network.pointer.save(tmp_path, "pointer", half=True)
    again = Pointer.load(tmp_path, "pointer", core)
    rows = task.rows_of(3)
    with torch.no_grad():
        wanted = task.network.pointer.eval()([row.row for row in rows], [row.question_Q2 for row in rows])
        found = again([row.row for row in rows], [row.question_Q2 for row in rows])
    assert_close(found[1], wanted[1], atol=0.05, rtol=0.05)


def test_reports_of_test_companies_are_refused_and_others_go_to_their_split(core: Core, tmp_path: Path) -> None:
    file = tmp_path / "reports.jsonl"
    names = {split_of_ticker(name): name for name in map(str, range(40))}
    lines = [json.dumps({"identity": names[split], "lines": LINES[:3]}) for split in ("train", "validation")]
    file.write_text("\n".join(lines))
    training, validation = read_reports(file, core)
    assert [each.identity for each in training + validation] == [names["train"], names["validation"]]
    file.write_text("\n".join([*lines, json.dumps({"identity": "PEP", "lines": LINES[:3]})]))
    with pytest.raises(InputRejected, match="line 3 is of a company that is kept for tests"):
        read_reports(file, core)
    file.write_text("{}")
    with pytest.raises(InputRejected, match="line 1 is not a report"):
        read_reports(file, core)
