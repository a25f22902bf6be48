"""What a report may come in: EDGAR's wrapper, a submission, a zip, several documents, names in lower case."""

import io
import re
import zipfile

import pytest

from apps.finance.filings import locate, read_facts
from apps.finance.filings.packages.parts import contexts_in, sets_among
from apps.finance.jobs import reports_in
from apps.finance.sources import pdfs_in, repeats_among, report_of, reports_among
from apps.finance.sources import reports_in as found_in
from core_model.errors import InputRejected
from tests.apps.finance.filings.documents import document, number, text

REPORT = document(number("97", "f-1", scale="6", decimals="-6"), hidden=text("Acme", "n", "dei:EntityRegistrantName"))
BODY = re.compile(rb"<body>(.*)</body>", re.DOTALL)


def wrapped(*documents: bytes) -> bytes:
    parts = [
        b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n<XBRL>\n%s\n</XBRL>\n</TEXT>\n</DOCUMENT>\n" % data for data in documents
    ]
    return b"<SEC-DOCUMENT>0.txt : 20240214\n" + b"".join(parts) + b"</SEC-DOCUMENT>\n"


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def in_two() -> tuple[bytes, bytes]:
    """The report as two documents: contexts and units in one, the number in the other."""
    body = BODY.search(REPORT)
    assert body is not None
    header_end = body[1].rindex(b"</div>") + len(b"</div>")
    header, rest = body[1][:header_end], body[1][header_end:]
    return REPORT.replace(body[1], header), REPORT.replace(body[1], rest)


@pytest.mark.parametrize(
    "data",
    [
        wrapped(REPORT),
        wrapped(REPORT, b"<html><body>Subsidiaries</body></html>"),
        wrapped(b"<html><body>Letter</body></html>", REPORT),
        REPORT.join([b"<DOCUMENT>\n<TEXT>\n", b"\n</TEXT>\n</DOCUMENT>"]),
        b"\xef\xbb\xbf\r\n" + wrapped(REPORT),
        zipped({"META-INF/reports.json": b"{}", "reports/acme.xhtml": REPORT}),
        zipped({"acme.htm": REPORT, "__MACOSX/._acme.htm": REPORT[:50]}),
    ],
)
def test_the_report_is_found_in_what_it_came_in(data: bytes) -> None:
    assert [(fact.fact_id, fact.value) for fact in read_facts(data).facts] == [("n", "Acme"), ("f-1", "97000000")]
    assert locate(data, "f-1").visible


def test_documents_that_refer_to_each_other_are_one_report(tmp_path) -> None:
    one, two = in_two()
    data = zipped({"cover.htm": one, "statements.htm": two})
    assert [fact.value for fact in read_facts(data).facts] == ["Acme", "97000000"]
    (tmp_path / "cover.htm").write_bytes(one)
    (tmp_path / "statements.htm").write_bytes(two)
    assert [fact.value for fact in read_facts(report_of(tmp_path)).facts] == ["Acme", "97000000"]
    assert report_of(tmp_path) == report_of(tmp_path)
    assert reports_among([tmp_path / "cover.htm", tmp_path / "statements.htm"]) == [tmp_path]


def test_a_part_alone_and_a_folder_of_reports_are_refused(tmp_path) -> None:
    with pytest.raises(InputRejected) as refused:
        read_facts(in_two()[1])
    assert refused.value.code == "part_of_a_set"
    for name in ("a.htm", "b.htm"):
        (tmp_path / name).write_bytes(REPORT)
    with pytest.raises(InputRejected) as refused:
        report_of(tmp_path)
    assert refused.value.code == "folder_given"
    files = [tmp_path / "a.htm", tmp_path / "b.htm"]
    assert reports_among(files) == files


def test_which_of_two_reports_a_part_belongs_to_is_not_guessed() -> None:
    one, two = in_two()
    assert sets_among({"a": contexts_in(one), "b": contexts_in(two)}) == [["a", "b"]]
    assert sets_among({"a": contexts_in(one), "b": contexts_in(two), "c": contexts_in(one)}) == []


def test_a_bomb_in_a_zip_is_refused() -> None:
    with pytest.raises(InputRejected) as refused:
        read_facts(zipped({f"{n}.htm": b" " * 2**20 for n in range(200)}))
    assert refused.value.code == "report_zip_too_large"
    with pytest.raises(InputRejected) as refused:
        read_facts(zipped({f"{n}.txt": b"" for n in range(2001)}))
    assert refused.value.code == "report_zip_too_large"


def test_names_in_lower_case_are_read_by_their_own() -> None:
    names = ("nonFraction", "nonNumeric", "contextRef", "unitRef", "startDate", "endDate")
    lower = REPORT
    for name in names:
        lower = lower.replace(name.encode(), name.lower().encode())
    filing = read_facts(lower)
    assert [fact.value for fact in filing.facts] == ["Acme", "97000000"]
    assert [caution.code for caution in filing.cautions] == ["names_in_lower_case"]


def test_pdfs_among_reports_are_counted(tmp_path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.pdf", "sub/B.PDF", "acme.htm"):
        (tmp_path / name).write_bytes(REPORT)
    assert pdfs_in(tmp_path) == 2
    assert [file.name for file in reports_in(tmp_path)] == ["acme.htm"]


def test_submissions_and_zips_in_a_folder_are_reports_and_other_texts_and_archives_are_not(tmp_path) -> None:
    (tmp_path / "0000012345-24-000001.txt").write_bytes(b"\xef\xbb\xbf\n" + wrapped(REPORT))
    (tmp_path / "acme.zip").write_bytes(zipped({"reports/acme.xhtml": REPORT.replace(b">97<", b">98<")}))
    (tmp_path / "notes.txt").write_text("<DOCUMENT> is how a submission begins")
    (tmp_path / "readme.txt").write_text("nothing")
    (tmp_path / "images.zip").write_bytes(zipped({"logo.png": b"png", "._page.htm": b"Mac"}))
    (tmp_path / "workbook.zip").write_bytes(zipped({"[Content_Types].xml": b"", "page.htm": REPORT}))
    (tmp_path / "cut.zip").write_bytes(zipped({"acme.htm": REPORT})[:-10])
    found = reports_in(tmp_path)
    assert [file.name for file in found] == ["0000012345-24-000001.txt", "acme.zip", "cut.zip", "notes.txt"]
    for file, value in zip(found, ("97000000", "98000000"), strict=False):
        assert [fact.value for fact in read_facts(report_of(file)).facts] == ["Acme", value]


def test_a_report_in_several_packages_is_read_once(tmp_path) -> None:
    (tmp_path / "0000012345-24-000001.txt").write_bytes(wrapped(REPORT.replace(b"\n", b"\r\n"), b"<html>Letter</html>"))
    (tmp_path / "0000012345-24-000001-xbrl.zip").write_bytes(zipped({"acme.htm": REPORT, "acme.xsd": b""}))
    (tmp_path / "other.zip").write_bytes(zipped({"acme.htm": REPORT.replace(b">97<", b">98<")}))
    said = {}
    found = reports_in(tmp_path, lambda package, report: said.update({package.name: report.name}))
    assert [file.name for file in found] == ["0000012345-24-000001-xbrl.zip", "other.zip"]
    assert said == {"0000012345-24-000001.txt": "0000012345-24-000001-xbrl.zip"}
    (tmp_path / "z.htm").write_bytes(REPORT)
    assert [file.name for file in reports_in(tmp_path)] == ["other.zip", "z.htm"]


def test_a_set_in_a_zip_beside_its_folder_is_read_once(tmp_path) -> None:
    one, two = in_two()
    folder, package = tmp_path / "set", tmp_path / "set.zip"
    folder.mkdir()
    (folder / "cover.htm").write_bytes(one)
    (folder / "statements.htm").write_bytes(two)
    package.write_bytes(zipped({"a.htm": one, "b.htm": two}))
    assert repeats_among([folder, package]) == {package: folder}


def test_a_folder_with_a_set_and_another_report_is_no_report(tmp_path) -> None:
    one, two = in_two()
    for name, data in (("cover.htm", one), ("statements.htm", two), ("letter.htm", b"<html/>")):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "set.zip").write_bytes(zipped({"a.htm": one, "b.htm": two}))
    assert len(read_facts(report_of(tmp_path)).facts) == 2
    (tmp_path / "other.htm").write_bytes(REPORT.replace(b'"end"', b'"then"').replace(b'"year"', b'"while"'))
    with pytest.raises(InputRejected) as refused:
        report_of(tmp_path)
    assert refused.value.code == "folder_given"
    assert [file.name for file in found_in(tmp_path)] == [tmp_path.name, "letter.htm", "other.htm", "set.zip"]
    assert len(read_facts(report_of(tmp_path, among_others=True)).facts) == 2


def test_a_report_that_lacks_a_context_is_not_joined_with_another_that_has_one_of_that_name() -> None:
    context = re.search(rb'<xbrli:context id="end">.*?</xbrli:context>', REPORT, re.DOTALL)
    assert context is not None
    more = number("5", "f-2", contextRef="next") + text("x", "t-2", "acme:T")
    slip = REPORT.replace(b"</body>", more.encode() + b"</body>")
    whole = REPORT.replace(context[0], context[0] + context[0].replace(b'"end"', b'"next"'))
    assert sets_among({"a": contexts_in(slip), "b": contexts_in(whole)}) == []
    one, two = in_two()
    assert sets_among({"a": contexts_in(one), "b": contexts_in(two.replace(b"contextRef", b"contextref"))}) == [
        ["a", "b"]
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_document_of_two_byte_characters_is_found_in_a_zip(encoding: str) -> None:
    data = zipped({"acme.htm": REPORT.decode().replace("UTF-8", "UTF-16").encode(encoding)})
    assert [fact.value for fact in read_facts(data).facts] == ["Acme", "97000000"]


def test_a_list_of_files_that_names_the_namespace_is_no_document_of_a_submission() -> None:
    listed = b'{"version": "2.2", "namespaces": ["http://www.xbrl.org/2013/inlineXBRL"]}'
    assert len(read_facts(wrapped(listed, REPORT)).facts) == 2


def test_every_way_to_pack_a_damaged_zip_is_refused_in_a_sentence() -> None:
    for way in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", way) as archive:
            archive.writestr("acme.htm", REPORT)
        data = bytearray(sink.getvalue())
        data[42:80] = b"\xff" * 38
        with pytest.raises(InputRejected) as refused:
            read_facts(bytes(data))
        assert refused.value.code == "report_zip_damaged"


def test_one_file_that_may_not_be_opened_does_not_keep_the_others_of_a_folder_from_being_read(
    tmp_path, monkeypatch
) -> None:
    for name in ("a.htm", "b.htm", "closed.htm", "closed.txt", "closed.zip"):
        (tmp_path / name).write_bytes(REPORT)
    opened, whole = type(tmp_path).open, type(tmp_path).read_bytes

    def guarded(how):
        def open_or_not(path, *more, **named):
            if path.stem == "closed":
                raise PermissionError(13, "closed")
            return how(path, *more, **named)

        return open_or_not

    monkeypatch.setattr(type(tmp_path), "open", guarded(opened))
    monkeypatch.setattr(type(tmp_path), "read_bytes", guarded(whole))
    names = [file.name for file in found_in(tmp_path)]
    assert names == ["a.htm", "b.htm", "closed.htm", "closed.txt", "closed.zip"]
