"""The Word file behind the agreement: fonts, headings, tables, signature blocks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from gis_service.documents.archives import settled
from gis_service.model.text import Text

BODY_FONT, HEAD_FONT, LATIN_FONT = "宋体", "黑体", "Times New Roman"
NUMERALS = "一二三四五六七八九十"
PARTIES = "甲乙丙丁戊己庚辛壬癸"


class Writer:
    """A Word document that is being written, A4, in one language."""

    def __init__(self, *, lang: str, day: date) -> None:
        self.lang = lang
        self.day = day
        self._file = docx.Document()
        section = self._file.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin = section.bottom_margin = Cm(2.5)
        style = self._file.styles["Normal"]
        style.font.size = Pt(11)
        _set_font(style, BODY_FONT)
        style.paragraph_format.line_spacing = 1.4
        properties = self._file.core_properties
        properties.author = properties.last_modified_by = "gis-service"
        properties.created = properties.modified = datetime(day.year, day.month, day.day)
        properties.language = "en" if lang == "en" else "zh-CN"

    def title(self, *lines: Text) -> None:
        """Write the title, centred."""
        self._file.core_properties.title = lines[0].in_language(self.lang)
        for at, line in enumerate(lines):
            paragraph = self._centred(line.in_language(self.lang), size=20 if at == 0 else 14)
            paragraph.paragraph_format.space_after = Pt(2)

    def centred(self, text: str) -> None:
        """Write a centred line."""
        self._centred(text, size=11)

    def running_head(self, text: str) -> None:
        """Put a line at the head of each page and page numbers at the foot."""
        section = self._file.sections[0]
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        head.add_run(text).font.size = Pt(9)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE")
        foot.add_run(" / ")
        _field(foot, "NUMPAGES")

    def heading(self, number: int, title: Text) -> None:
        """Write a numbered heading, from 0."""
        mark = f"{NUMERALS[number]}、" if self.lang == "zh" else f"{number + 1}. "
        self.plain_heading(Text(mark + title.zh, mark + title.en))

    def plain_heading(self, title: Text) -> None:
        """Write a heading without a number."""
        paragraph = self._file.add_paragraph(style="Heading 2")
        run = paragraph.add_run(title.in_language(self.lang))
        run.font.size = Pt(13)
        run.font.bold = True
        run.font.color.rgb = docx.shared.RGBColor(0, 0, 0)
        _set_font(run, HEAD_FONT)

    def paragraph(self, text: Text) -> None:
        """Write a paragraph, indented as Chinese documents do."""
        self.plain_paragraph(text.in_language(self.lang))

    def plain_paragraph(self, text: str) -> None:
        """Write a paragraph of a text that is in the document's language already."""
        paragraph = self._file.add_paragraph(text)
        if self.lang == "zh":
            paragraph.paragraph_format.first_line_indent = Pt(22)
        paragraph.paragraph_format.space_after = Pt(4)

    def party(self, at: int) -> str:
        """Give what a party is called in the text: 甲方, Party A."""
        if self.lang == "zh":
            return f"{PARTIES[at]}方" if at < len(PARTIES) else f"第{at + 1}方"
        return f"Party {chr(65 + at)}" if at < 26 else f"Party {at + 1}"

    def table(
        self,
        heads: Sequence[Text],
        rows: Iterable[Sequence[str]],
        *,
        right: Iterable[int] = (),
        widths: Sequence[float] = (),
    ) -> None:
        """Write a table whose head is repeated on each page; ``widths`` in centimetres."""
        table = self._file.add_table(rows=0, cols=len(heads), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        right = set(right)
        titles = [head.in_language(self.lang) for head in heads]
        self._cells(table.add_row(), titles, right=set(), bold=True)
        _repeat(table.rows[0])
        for row in rows:
            self._cells(table.add_row(), row, right=right)
        for at, width in enumerate(widths):
            for cell in table.columns[at].cells:
                cell.width = Cm(width)
        self._file.add_paragraph().paragraph_format.space_after = Pt(2)

    def signatures(self, signers: Sequence[str]) -> None:
        """Write a block to sign and stamp for each signer, two beside each other."""
        self.plain_heading(Text("签署", "Signatures"))
        lines = Text(
            "（盖章）\n代表（签字）：＿＿＿＿＿＿＿＿\n日期：＿＿＿＿年＿＿月＿＿日",
            "(stamp)\nSigned: ____________________\nDate: ____________________",
        ).in_language(self.lang)
        table = self._file.add_table(rows=0, cols=2)
        for at in range(0, len(signers), 2):
            row = table.add_row()
            _keep_together(row)
            for cell, signer in zip(row.cells, signers[at : at + 2], strict=False):
                cell.text = f"{signer}\n{lines}\n"

    def bytes_(self) -> bytes:
        """Give the file; the same words give the same bytes."""
        out = io.BytesIO()
        self._file.save(out)
        return settled(out.getvalue(), self.day)

    def _centred(self, text: str, *, size: float) -> Paragraph:
        paragraph = self._file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        if size > 11:
            run.font.bold = True
            _set_font(run, HEAD_FONT)
        return paragraph

    def _cells(
        self,
        row: docx.table._Row,
        texts: Sequence[str],
        *,
        right: set[int],
        bold: bool = False,
    ) -> None:
        _keep_together(row)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = 1.1
            run = paragraph.add_run(text)
            run.font.size = Pt(9.5)
            run.font.bold = bold
            if bold:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif at in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _set_font(styled: object, chinese: str) -> None:
    font = styled.font  # type: ignore[attr-defined]
    font.name = LATIN_FONT
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()  # type: ignore[attr-defined]
    fonts.set(qn("w:eastAsia"), chinese)


def _field(paragraph: Paragraph, instruction: str) -> None:
    for kind, text in (("begin", None), (None, instruction), ("end", None)):
        run = paragraph.add_run()
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)


def _repeat(row: docx.table._Row) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _keep_together(row: docx.table._Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
