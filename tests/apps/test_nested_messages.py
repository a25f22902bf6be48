"""Messages among the values of others: plain JSON, in English in an error's own text, in the language asked for else."""

import json
import pickle

from apps.messages import refused, said
from apps.messages.nested import joined, nested
from core_model.errors import InputRejected, Message


def refusal() -> InputRejected:
    return InputRejected("the file is {kind}", code="study_file_kind", values={"kind": nested("file_is_pdf")})


def test_an_error_says_a_nested_message_in_english_and_stores_it_as_plain_values():
    error = refusal()
    assert error.what == "the file is a PDF"
    stored = json.loads(json.dumps(error.refusal.as_dict()))
    assert stored["values"] == {"kind": {"code": "file_is_pdf", "values": {}}}
    assert refused(error.refusal, "zh").startswith("该文件为PDF")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_parts_stand_side_by_side_in_their_order_in_both_languages():
    message = Message("not_dicom", {"count": 3, "kinds": joined("files_and_files", [
        nested("files_pdf", count=1), nested("files_empty", count=1), nested("files_other", count=1)
    ])})  # fmt: skip
    assert said(message) == "3 files are not DICOM images and were left out: 1 PDF, 1 empty, 1 of other kinds."
    assert said(message, "zh") == "有 3 个文件不是 DICOM 图像，未予读取：1 个 PDF，1 个空文件，1 个其他类型。"


def test_thousands_of_parts_lie_few_levels_deep():
    parts = joined("series_and_series", [nested("files_pdf", count=count) for count in range(5000)])
    text = said(Message.from_dict(json.loads(json.dumps(parts))))
    assert text.split("; ") == [f"{count} PDF" for count in range(5000)]
