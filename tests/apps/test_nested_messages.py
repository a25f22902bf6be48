"""Messages among the values of others: plain JSON, English in an error's own text, else in the language asked for."""

import json
import pickle

from apps.messages import refused, said
from apps.messages.nested import joined, nested
from core_model.errors import InputRejected, Message


def refusal() -> InputRejected:
    series = nested("series_with_reason", number=3, num_slices=40, series_uid="1.2", reason=nested("series_not_axial"))
    return InputRejected("no series can be read: {series}", code="no_series_fits", values={"series": series})


def test_an_error_says_a_nested_message_in_english_and_stores_it_as_plain_values():
    error = refusal()
    assert error.what == "no series can be read: series 3 (40 images, 1.2): not axial"
    stored = json.loads(json.dumps(error.refusal.as_dict()))
    assert stored["values"]["series"]["values"]["reason"] == {"code": "series_not_axial", "values": {}}
    assert refused(error.refusal, "zh").startswith("没有可读取的序列：序列 3（40 幅图像，1.2）：非轴位（允许：")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_parts_stand_side_by_side_in_their_order_in_both_languages():
    message = Message("not_dicom", {"count": 3, "kinds": joined("files_and_files", [
        nested("files_pdf", count=1), nested("files_empty", count=1), nested("files_other", count=1)
    ])})  # fmt: skip
    assert said(message) == "3 files are not DICOM images and were left out: 1 PDF, 1 empty, 1 of another kind."
    assert said(message, "zh") == "有 3 个文件不是 DICOM 图像，未予读取：1 个 PDF，1 个空文件，1 个其他类型。"


def test_thousands_of_parts_lie_few_levels_deep():
    parts = joined("series_and_series", [nested("files_pdf", count=count) for count in range(5000)])
    text = said(Message.from_dict(json.loads(json.dumps(parts))))
    assert text.split("; ") == [f"{count} PDF" for count in range(5000)]
