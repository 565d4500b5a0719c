"""What simulated members say and send, in both languages."""

from io import BytesIO
from random import Random
from typing import Final

from PIL import Image

from tests.bot.pocket_member import Upload

_THINGS: Final = {
    "en-US": ("a boat", "a red apple", "a lighthouse", "a tired fox", "two cats", "a paper crane", "an old bridge"),
    "zh-CN": ("小船", "红苹果", "灯塔", "疲倦的狐狸", "两只猫", "纸鹤", "老桥"),
}
_PLACES: Final = {
    "en-US": ("at dusk", "in the rain", "under a bridge", "by the sea", "in morning fog", "on a hill"),
    "zh-CN": ("在黄昏", "在雨中", "在桥下", "在海边", "在晨雾里", "在山坡上"),
}
_QUESTIONS: Final = {
    "en-US": (
        "Can an AI be the author of a picture in the US?",
        "Who owns AI art in Japan?",
        "Is a style protected by copyright?",
        "What does a low guidance scale do?",
        "May I train a LoRA on my own drawings?",
    ),
    "zh-CN": (
        "在中国，AI生成的图片受著作权保护吗？",
        "画风受著作权法保护吗？",
        "AI生成的内容需要标识吗？",
        "引导系数是什么意思？",
        "我可以用自己的画训练模型吗？",
    ),
}
_REFUSED: Final = {"en-US": "a nude at dusk", "zh-CN": "黄昏的裸体"}
REFUSED_SHARE: Final = 0.03


def brief(locale: str, chance: Random) -> str:
    """Return what somebody wants to see; now and then something that is not drawn."""
    if chance.random() < REFUSED_SHARE:
        return _REFUSED[locale]
    between = " " if locale == "en-US" else ""
    return f"{chance.choice(_THINGS[locale])}{between}{chance.choice(_PLACES[locale])}"


def question(locale: str, chance: Random) -> str:
    """Return what somebody wants to know."""
    return chance.choice(_QUESTIONS[locale])


def picture(chance: Random) -> Upload:
    """Return a small picture, like no other."""
    side = chance.randrange(48, 96)
    image = Image.effect_noise((side, side), chance.uniform(8, 90)).convert("RGB")
    image.paste((chance.randrange(256), chance.randrange(256), chance.randrange(256)), (0, 0, side // 2, side // 2))
    out = BytesIO()
    image.save(out, "PNG")
    return Upload(f"picture-{side}.png", out.getvalue())
