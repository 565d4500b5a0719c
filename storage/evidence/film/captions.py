"""Every word of a film that is not the member's, in both languages."""

from dataclasses import dataclass
from typing import Final

Forms = tuple[str, str]
"""What is said of one, and of any other number."""


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one language; braces hold what is filled in."""

    opening: str
    untitled: str
    contains_ai: str
    briefs: Forms
    candidates: Forms
    choices: Forms
    edits: Forms
    between: str
    """Between two counts."""
    quote: str

    intent: str
    brief: str
    suggestion: str
    written_typed: str
    written_edited: str
    written_taken: str
    made_from: str
    """The events of the pictures that went in."""
    legend: str
    """How to read what is marked."""
    text: str
    """A text that a model drafted for a brief."""
    text_edit: str
    text_legend: str

    made: Forms
    made_for: str
    chosen: str
    none_chosen: str
    reason: str
    no_reason: str

    material: str
    edit: str
    before: str
    after: str
    share: str
    """How much of a picture changed, in percent."""

    finished: str
    claim: str

    erased: str
    picture_gone: str
    another_file: str

    closing: str
    log: str
    root: str
    project: str
    everything: Forms
    left_out: str
    limits: str

    def counted(self, number: int, forms: Forms) -> str:
        """Return how many there are, in the form that fits the number."""
        return forms[0 if number == 1 else 1].format(f"{number:,}")


ENGLISH: Final = Captions(
    opening="How it was made",
    untitled="Untitled",
    contains_ai="Contains AI-generated content",
    briefs=("{} brief", "{} briefs"),
    candidates=("{} candidate", "{} candidates"),
    choices=("{} choice", "{} choices"),
    edits=("{} edit", "{} edits"),
    between="  ·  ",
    quote="“{}”",
    intent="What it is meant to be",
    brief="Brief {}",
    suggestion="Suggested by the model",
    written_typed="typed by the member",
    written_edited="edited by the member",
    written_taken="the model's words, taken over by the member",
    made_from="made from {}",
    legend="against brief {}: added is underlined, dropped is struck out",
    text="Written by the model for brief {}",
    text_edit="The member's text",
    text_legend="against #{}: added is underlined, dropped is struck out",
    made=("{} candidate", "{} candidates"),
    made_for="Drawn for brief {}",
    chosen="Chosen",
    none_chosen="None of these",
    reason="The member's reason",
    no_reason="No reason was given.",
    material="Brought in",
    edit="Edited elsewhere",
    before="before",
    after="after",
    share="{} % of the picture changed",
    finished="Finished",
    claim="The member's own words",
    erased="These words were erased.",
    picture_gone="no longer there",
    another_file="not a picture",
    closing="Made from the record",
    log="Log {}, up to size {}",
    root="root {}",
    project="project {}",
    everything=("The one step of the making is shown.", "All {} steps of the making are shown."),
    left_out="{} of {} steps of the making are shown; {} are left out, evenly.",
    limits="It shows what was logged, in what order, and no later than when; not who had the idea.",
)

CHINESE: Final = Captions(
    opening="创作过程",
    untitled="无题",
    contains_ai="含人工智能生成的内容",
    briefs=("{} 次构思", "{} 次构思"),
    candidates=("{} 个候选", "{} 个候选"),
    choices=("{} 次选定", "{} 次选定"),
    edits=("{} 次修改", "{} 次修改"),
    between=" · ",
    quote="“{}”",
    intent="创作意图",
    brief="构思 {}",
    suggestion="模型的建议",
    written_typed="由成员键入",
    written_edited="由成员修改",
    written_taken="模型的文字，由成员采用",
    made_from="来自 {}",
    legend="与构思 {} 相比：下划线为新增，删除线为删去",
    text="模型按构思 {} 所写",
    text_edit="成员的文字",
    text_legend="与 #{} 相比：下划线为新增，删除线为删去",
    made=("{} 张候选", "{} 张候选"),
    made_for="按构思 {} 绘制",
    chosen="选定",
    none_chosen="都不选用",
    reason="成员的理由",
    no_reason="未说明理由。",
    material="带入的素材",
    edit="在别处修改",
    before="修改前",
    after="修改后",
    share="画面改动 {} %",
    finished="完成",
    claim="成员的陈述",
    erased="这些文字已被删除。",
    picture_gone="已不存在",
    another_file="并非图片",
    closing="依据记录制作",
    log="账本 {}，截至 {} 个事件",
    root="根 {}",
    project="作品 {}",
    everything=("创作共 {} 步，全部呈现。", "创作共 {} 步，全部呈现。"),
    left_out="创作共 {1} 步，呈现 {0} 步，均匀略去 {2} 步。",
    limits="本片表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人。",
)


def captions_in(language: str) -> Captions:
    """Return the captions of the language that is nearest: Chinese for Chinese, else English."""
    return CHINESE if language.lower().startswith("zh") else ENGLISH
