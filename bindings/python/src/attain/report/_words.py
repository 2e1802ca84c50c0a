"""The words of every report, once, in English and in Vietnamese.

Verdicts, reasons, flags and paces have closed lists of words in the library (`depends_on_missing`); a
person reads a sentence instead ("missing reports decide"). Headings and notes stand here too, so that a
picture, a page and a workbook say the same. A key is `kind.word`; a word of the library without a sentence
stands as it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from attain._native import NumberFormat
from attain._options import one_of

LOCALES = ("en", "vi")
SIGNS = {"met": "✓", "not_met": "✗", "undetermined": "?", "not_applicable": "–"}
"""What tells verdicts apart without colours."""

_WORDS: dict[str, tuple[str, str]] = {
    "verdict.met": ("met", "đạt"),
    "verdict.not_met": ("not met", "chưa đạt"),
    "verdict.undetermined": ("undetermined", "chưa xác định"),
    "verdict.not_applicable": ("not applicable", "không áp dụng"),
    "legend.met": (
        "holds, whatever is missing and however the text is read",
        "đúng trong mọi cách hiểu văn bản và mọi giá trị có thể của số liệu",
    ),
    "legend.not_met": (
        "fails, whatever is missing and however the text is read",
        "không đúng trong mọi cách hiểu văn bản và mọi giá trị có thể của số liệu",
    ),
    "legend.undetermined": (
        "the text or the data leave it open; the reason says why",
        "văn bản hoặc số liệu chưa cho phép kết luận; xem lý do",
    ),
    "legend.not_applicable": ("there is nothing to judge here", "không có gì để đánh giá"),
    "reason.no_data": ("no figure", "chưa có số liệu"),
    "reason.no_denominator": ("no figure to divide by", "chưa có số liệu của mẫu số"),
    "reason.zero_denominator": ("nothing to divide by: it is 0", "mẫu số bằng 0"),
    "reason.negative_denominator": ("what to divide by is below 0", "mẫu số âm"),
    "reason.out_of_scope": (
        "the unit does not exist in this period",
        "đơn vị không tồn tại trong kỳ này",
    ),
    "reason.overflow": ("the figures are too large to compute with", "số liệu quá lớn, không tính được"),
    "reason.not_quantified": ("the text names no number", "văn bản không nêu con số"),
    "reason.undefined_term": (
        "the text does not define one of its words",
        "văn bản dùng từ chưa được định nghĩa",
    ),
    "reason.no_evidence": ("no evidence yet", "chưa có minh chứng"),
    "reason.boundary_event": (
        "the boundaries of the unit changed in between",
        "địa giới của đơn vị đã thay đổi",
    ),
    "reason.series_break": ("the way of counting changed in between", "cách thống kê đã thay đổi"),
    "reason.no_baseline": ("no figure of the baseline", "chưa có số liệu gốc để so sánh"),
    "reason.baseline_not_positive": (
        "the baseline is not above 0, so no percentage of it",
        "số liệu gốc không lớn hơn 0 nên không tính được tỷ lệ tăng",
    ),
    "reason.infeasible": ("no share can reach this level", "không tỷ lệ nào có thể đạt mức này"),
    "reason.no_tolerance": (
        "the text says “about” and not how close",
        "văn bản ghi “khoảng” mà không nêu sai số",
    ),
    "reason.bound": (
        "the figure is only a bound (“more than …”)",
        "số liệu chỉ cho biết giới hạn (“hơn …”)",
    ),
    "reason.depends_on_missing": ("missing reports decide", "tùy thuộc số liệu còn thiếu"),
    "reason.depends_on_reading": (
        "the text can be read in several ways",
        "văn bản có thể hiểu theo nhiều cách",
    ),
    "reason.not_evaluated": ("this version cannot compute it", "phiên bản này chưa tính được"),
    "reason.range_only": ("only a range is known", "chỉ biết khoảng giá trị"),
    "flag.not_due": ("not due yet", "chưa đến hạn"),
    "flag.partial_period": ("the period is not over", "kỳ báo cáo chưa kết thúc"),
    "flag.vision": ("a vision", "tầm nhìn"),
    "flag.op_implicit": ("the text does not say “at least”", "văn bản không ghi rõ “ít nhất”"),
    "flag.due_inherited": ("due when the programme ends", "hạn là lúc chương trình kết thúc"),
    "flag.estimated": ("an estimate", "số liệu ước tính"),
    "flag.carried": ("an older figure was carried over", "dùng số liệu của kỳ trước"),
    "flag.not_last": ("an older figure is shown", "hiển thị số liệu của kỳ trước"),
    "flag.over_one": ("above 100 % somewhere", "có nơi vượt 100 %"),
    "flag.above": ("too much, not too little", "cao hơn mức trên"),
    "flag.baseline_meets": ("the baseline met it already", "số liệu gốc đã đạt mức này"),
    "flag.outside_scope": ("judged as if it applied here", "đánh giá như thể áp dụng cho đơn vị này"),
    "flag.groups_incomplete": ("the groups leave some units out", "các nhóm chưa gồm đủ đơn vị"),
    "flag.rounding_flips": (
        "the printed figure is rounded, the verdict is not",
        "số in ra đã làm tròn, đánh giá thì không",
    ),
    "pace.met_early": ("met early", "đạt trước hạn"),
    "pace.on_track": ("on track", "đúng tiến độ"),
    "pace.behind": ("behind", "chậm tiến độ"),
    "pace.wrong_way": ("going the wrong way", "đi ngược hướng"),
    "pace.undetermined": ("pace unknown", "chưa rõ tiến độ"),
    "when.due": ("due", "đến hạn"),
    "when.not_due": ("not due yet", "chưa đến hạn"),
    "when.vision": ("vision", "tầm nhìn"),
    "column.programme": ("Programme", "Chương trình"),
    "column.indicator": ("Indicator", "Chỉ số"),
    "column.state": ("State", "Tình trạng"),
    "column.target": ("Target", "Chỉ tiêu"),
    "column.id": ("Id", "Mã"),
    "column.unit": ("Unit", "Đơn vị"),
    "column.period": ("Period", "Kỳ"),
    "column.due": ("Due", "Hạn"),
    "column.reading": ("Reading", "Cách hiểu"),
    "column.value": ("Value", "Kết quả"),
    "column.range": ("Range", "Khoảng có thể"),
    "column.low": ("Low", "Thấp nhất"),
    "column.high": ("High", "Cao nhất"),
    "column.baseline": ("Baseline", "Số liệu gốc"),
    "column.level": ("Level", "Mức đặt ra"),
    "column.level_high": ("Upper level", "Mức trên"),
    "column.path": ("Path", "Lộ trình"),
    "column.attainment": ("Attainment", "Mức độ đạt"),
    "column.progress": ("Progress", "Tiến độ"),
    "column.change": ("Change", "Thay đổi"),
    "column.gap": ("Gap", "Chênh lệch"),
    "column.numerator": ("Numerator", "Tử số"),
    "column.denominator": ("Denominator", "Mẫu số"),
    "column.exact": ("Exact value", "Giá trị chính xác"),
    "column.shown": ("As shown", "Cách ghi"),
    "column.picture": ("Picture", "Biểu đồ"),
    "column.verdict": ("Verdict", "Đánh giá"),
    "column.reason": ("Reason", "Lý do"),
    "column.codes": ("Reason (code)", "Lý do (mã)"),
    "column.flags": ("Flags (code)", "Ghi chú (mã)"),
    "column.pace": ("Pace", "Nhịp độ"),
    "column.reported": ("Reported", "Đã báo cáo"),
    "column.expected": ("Expected", "Phải báo cáo"),
    "column.missing": ("Missing", "Báo cáo còn thiếu"),
    "column.source": ("Document", "Văn bản"),
    "column.words": ("Words", "Lời văn"),
    "column.when": ("When", "Thời hạn"),
    "title.scorecard": ("Scorecard", "Bảng đánh giá thực hiện chỉ tiêu"),
    "title.sheet": ("Scorecard", "Bảng đánh giá"),
    "title.values": ("Values", "Kết quả"),
    "title.summary": ("Summary", "Tổng hợp"),
    "title.notes": ("Notes", "Ghi chú"),
    "title.legend": ("What the verdicts mean", "Ý nghĩa của đánh giá"),
    "title.by_programme": ("By programme", "Theo chương trình"),
    "title.percent": ("Percentages", "Tỷ lệ phần trăm"),
    "title.relative": ("Numbers and densities, level = 100 %", "Số lượng và mật độ, mức đặt ra = 100 %"),
    "text.no_programme": ("Without a programme", "Không thuộc chương trình"),
    "text.all": ("all", "tất cả"),
    "text.total": ("Total", "Tổng cộng"),
    "text.as_of": ("as of", "tính đến"),
    "text.documents": ("Documents", "Văn bản"),
    "text.made_by": ("Computed by attain", "Tính bởi attain"),
    "text.dated": ("made on", "lập ngày"),
    "text.plan": ("plan", "bản kế hoạch"),
    "text.plan_digest": (
        "SHA-256 of the plan’s canonical text",
        "SHA-256 của văn bản chuẩn của bản kế hoạch",
    ),
    "text.exactly": (
        "Verdicts are exact: no figure is rounded before it is compared, and a missing one is never zero.",
        "Đánh giá là chính xác: không làm tròn trước khi so sánh, không coi số liệu thiếu là bằng không.",
    ),
    "text.per": ("per", "trên"),
    "text.counted_once": (
        "Targets, each counted once, by its worst unit.",
        "Số chỉ tiêu; mỗi chỉ tiêu tính một lần, theo đơn vị kém nhất.",
    ),
    "text.not_drawn": (
        "not drawn, having no number: {}",
        "không vẽ vì không có con số: {}",
    ),
    "text.more": ("the first {} are drawn; left out: {}", "chỉ vẽ {} mục đầu; bỏ qua: {}"),
    "text.open": ("range still possible", "khoảng còn có thể"),
    "text.due_at": ("due {}", "hạn {}"),
    "text.units": ("{} units", "{} đơn vị"),
    "text.no_verdict": ("no row", "không có dòng"),
    "page.search": ("Search", "Tìm kiếm"),
    "page.search_hint": ("accents may be left out", "có thể gõ không dấu"),
    "page.rows": ("{} of {} rows", "{} trên {} dòng"),
    "page.reset": ("Show everything", "Hiện tất cả"),
    "page.why": ("why", "vì sao"),
    "page.sort": ("sort by {}", "xếp theo {}"),
    "page.filters": ("Filters", "Bộ lọc"),
    "page.none": (
        "No row is left. Show everything again, or search for less.",
        "Không còn dòng nào phù hợp.",
    ),
    "notebook.more": ("{} more rows", "còn {} dòng"),
}


class Words:
    """The words of one language.

    >>> words = Words("vi")
    >>> words("verdict.met"), words.reasons(["no_data", "bound"])
    ('đạt', 'chưa có số liệu; số liệu chỉ cho biết giới hạn (“hơn …”)')
    """

    def __init__(self, locale: str) -> None:
        """`locale` is "en" or "vi"."""
        one_of("locale", locale, LOCALES)
        self.locale = locale
        self._place = LOCALES.index(locale)

    def __call__(self, key: str, *values: object) -> str:
        """The word of a key, `{}` filled in."""
        text = _WORDS[key][self._place]
        return text.format(*values) if values else text

    def known(self, kind: str, word: str) -> str:
        """What a word of the library means, or the word."""
        found = _WORDS.get(f"{kind}.{word}")
        return found[self._place] if found else word

    def reasons(self, reasons: Iterable[str], flags: Iterable[str] = ()) -> str:
        """Reasons and flags as one text."""
        parts = [self.known("reason", word) for word in reasons]
        return "; ".join(parts + [self.known("flag", word) for word in flags])

    def verdict(self, verdict: str) -> str:
        """Sign and word: "✓ met"."""
        return f"{SIGNS.get(verdict, '')} {self.known('verdict', verdict)}".strip()

    def count(self, n: int) -> str:
        """A whole number with its thousands apart."""
        return f"{n:,}".replace(",", "." if self.locale == "vi" else ",")

    def numbers(self, numbers: str | NumberFormat | None) -> str | NumberFormat:
        """How numbers are written where the caller does not say."""
        return numbers if numbers is not None else "vi" if self.locale == "vi" else "grouped"


def keys(kind: str) -> list[str]:
    """The words of a kind, as "met" of "verdict"."""
    return [key.partition(".")[2] for key in _WORDS if key.startswith(f"{kind}.")]
