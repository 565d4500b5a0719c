"""What the embedded model understands: things by their names in both languages, their colours, and what is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.embedded.drafts.lexicon import MAX_THINGS, Thing, lexicon
from models.embedded.drafts.words import key_of

CAT, DOG, SAILBOAT = "1f408", "1f415", "26f5"


def named(thing: Thing) -> str:
    """Return a thing as a short line: its tint, its name, a mark where it is only near."""
    return " ".join(filter(None, (thing.tint, thing.name_en, "~" if thing.near else "")))


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a cat", ["cat"]),
        ("Cats!", ["cat"]),
        ("a red apple", ["red apple"]),
        ("please draw me two foxes in the snow", ["fox", "snowflake"]),
        ("a cat and a dog", ["cat", "dog"]),
        ("t-rex eating a burger", ["T-Rex", "hamburger"]),
        ("knives and wolves", ["kitchen knife", "wolf"]),
        ("an old wizard with a crystal ball", ["mage", "crystal ball"]),
        ("spaceship over a city at night", ["rocket", "cityscape", "night with stars"]),
        ("girl with an umbrella", ["girl", "umbrella"]),
        ("a bouquet of flowers", ["bouquet"]),
        ("a house", ["house"]),
        ("cat 和 狗", ["cat", "dog"]),
        ("🐱 and 🍕", ["cat face", "pizza"]),
        ("画一个西瓜", ["watermelon"]),
        ("一只猫", ["cat"]),
        ("猫和狗", ["cat", "dog"]),
        ("夕阳下的帆船", ["sunset", "sailboat"]),
        ("可爱的小狗在沙滩上", ["dog face", "beach with umbrella"]),
        ("水墨风格的熊猫", ["panda"]),
        ("给我画一个生日蛋糕", ["birthday cake"]),
        ("樱花树下的女孩", ["cherry blossom", "girl"]),
        ("三只小猪", ["pig face"]),
    ],
)
def test_things_are_found_by_their_names(prompt: str, things: list[str]) -> None:
    assert [named(thing) for thing in lexicon().read(prompt).things] == things


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a blue cat", ["blue cat"]),
        ("a cat that is blue", ["blue cat"]),
        ("a red cat and a blue dog", ["red cat", "blue dog"]),
        ("a black cat", ["black cat"]),
        ("a green apple", ["green apple"]),
        ("a red apple", ["red apple"]),
        ("an orange cat", ["orange cat"]),
        ("an orange", ["tangerine"]),
        ("purple heart", ["purple heart"]),
        ("蓝色的猫", ["blue cat"]),
        ("黑猫", ["black cat"]),
        ("绿色的苹果", ["green apple"]),
        ("红色的跑车", ["red racing car"]),
        ("粉色独角兽", ["pink unicorn"]),
    ],
)
def test_a_colour_belongs_to_the_thing_it_stands_with(prompt: str, things: list[str]) -> None:
    assert [named(thing) for thing in lexicon().read(prompt).things] == things


def test_a_thing_that_has_the_colour_by_name_is_not_tinted_as_well() -> None:
    assert [
        thing.tint for prompt in ("black cat", "red apple", "绿色的苹果") for thing in lexicon().read(prompt).things
    ] == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a yacht", ["sailboat ~"]),
        ("terrier", ["dog ~"]),
        ("appel", ["red apple ~"]),
        ("strawbery", ["strawberry ~"]),
        ("a samurai", ["ninja ~"]),
        ("lake", ["water wave ~"]),
        ("golden retriever puppy", ["yellow dog face ~"]),
        ("柴犬", ["dog ~"]),
        ("乌篷船", ["sailboat ~"]),
        ("宇航员", ["rocket ~"]),
    ],
)
def test_what_has_no_name_here_becomes_the_nearest_and_is_marked(prompt: str, things: list[str]) -> None:
    assert [named(thing) for thing in lexicon().read(prompt).things] == things


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("quantum bicycle", ("quantum",)),
        ("hope and justice", ("hope", "justice")),
        ("繁忙的马路", ("马路",)),
        ("公司标志", ("公司标志",)),
        ("", ()),
        ("draw a very cute picture, please", ()),
    ],
)
def test_what_means_nothing_here_is_left_aside(prompt: str, unknown: tuple[str, ...]) -> None:
    assert lexicon().read(prompt).unknown == unknown


@pytest.mark.parametrize("prompt", ["hope and justice", "quantum", "繁忙的马路", "", "very beautiful", "公司标志"])
def test_where_nothing_is_known_nothing_is_drawn(prompt: str) -> None:
    assert not lexicon().read(prompt).drawable


def test_a_general_word_offers_several_things() -> None:
    for prompt in ("a flower", "花"):
        (thing,) = lexicon().read(prompt).things
        assert 2 <= len(thing.concepts) <= 4 and not thing.near


def test_more_things_than_a_picture_holds_are_left_aside() -> None:
    reading = lexicon().read("a cat, a dog, a fox, a wolf and a bear")
    assert len(reading.things) == MAX_THINGS
    assert reading.unknown == ("wolf", "bear")


def test_a_concept_that_a_model_lacks_is_replaced_by_the_likest() -> None:
    without_cat = frozenset(lexicon().concepts) - {CAT}
    (thing,) = lexicon().read("cat", known=without_cat).things
    assert thing.near and thing.concepts[0] in without_cat and "cat" in thing.name_en
    assert lexicon().read("cat", known=frozenset({CAT})).things[0].near is False
    assert lexicon().read("sailboat", known=frozenset({DOG})).things == ()


def test_every_label_can_be_asked_for_in_both_languages() -> None:
    for concept in lexicon().concepts:
        for label in lexicon().names(concept):
            things = lexicon().read(label).things
            assert len(things) == 1 and label in lexicon().names(things[0].concepts[0]), label


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    reading = lexicon().read(text)
    assert reading.drawable == bool(reading.things)
    assert len(reading.things) <= MAX_THINGS
    assert all(thing.concepts for thing in reading.things)


@given(
    st.lists(
        st.sampled_from(["猫", "马", "路", "红色", "的", "blue", "cat", "🐱", "on", "不知", "orange"]), max_size=12
    )
)
def test_any_words_are_read_without_an_error(words: list[str]) -> None:
    for joined in ("".join(words), " ".join(words)):
        assert all(thing.written for thing in lexicon().read(joined).things)


def test_examples_are_drawable_and_many() -> None:
    assert len(lexicon().examples_en) == len(lexicon().examples_zh) >= 50
    for name in (*lexicon().examples_en, *lexicon().examples_zh):
        assert lexicon().read(name).drawable, name


def test_plurals_are_undone() -> None:
    found = key_of("Boxes, cherries, buses, glasses, wolves and mice")
    assert found == ("box", "cherry", "bus", "glasses", "wolf", "and", "mouse")
