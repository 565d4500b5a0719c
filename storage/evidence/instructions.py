"""README.txt of a bundle and of a moderators' export: how anybody checks it with the tools of any machine."""

_BY_HAND = """2. By hand, in the unpacked folder (the one that holds bagit.txt).
2. 手工核对：在解压后的文件夹（即 bagit.txt 所在处）中执行。

Every file has the hash that the list says, and the list has the hash that the note says:
每个文件的哈希与清单一致，清单的哈希与签名说明一致：

    sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt
    test "$(sha256sum manifest-sha256.txt | cut -c1-64)" = "$(sed -n 5p {note})"

The log's key, taken from its public line (compare that line with the one you have from outside):
由公钥行得到账本密钥（请与你从外部得到的公钥行比对）：

    vkey='{vkey}'
    printf '\\x30\\x2a\\x30\\x05\\x06\\x03\\x2b\\x65\\x70\\x03\\x21\\x00' > log-key.der
    printf %s "$vkey" | cut -d+ -f3- | base64 -d | tail -c 32 >> log-key.der
    openssl pkey -pubin -inform DER -in log-key.der -out log-key.pem

It signed the list of files, and the size and root of the log:
它对文件清单以及账本的规模和根哈希作了签名：

    for note in {note} data/checkpoints/{size}.note; do
      sed '/^$/,$d' "$note" > signed-text
      sed -n '$p' "$note" | sed 's/.* //' | base64 -d | tail -c +5 > signature
      openssl pkeyutl -verify -pubin -inkey log-key.pem -rawin -in signed-text -sigfile signature
    done
"""
_TEXT = """This is an evidence bundle of Colophon (format colophon-bundle/1).
这是 Colophon 的证据包（格式 colophon-bundle/1）。

What counts: log.txt (the events, in their order), disclosures.jsonl (the words behind them), blobs/ (the
pictures), checkpoints/ and keys/. Everything in views/ only repeats it for reading and is not evidence.
有效内容：log.txt（按顺序排列的事件）、disclosures.jsonl（事件中的文字）、blobs/（图片）、
checkpoints/ 与 keys/。views/ 中的文件仅便于阅读，不是证据。

1. With a verifier. Get one, and the log's public key, from a source other than this bundle.
1. 使用验证程序：请从本证据包以外的来源取得验证程序和账本公钥。

    colophon verify BUNDLE.zip --vkey KEY
    python3 colophon_verify.py BUNDLE.zip --vkey KEY

{by_hand}{tokens}
That the events lead to that root: each line of data/log.txt is a leaf, SHA-256(0x00 || line), or a hidden
subtree; the rule is five lines long in docs/evidence-format.md of Colophon.
各事件推导至该根哈希：data/log.txt 每行是一个叶子 SHA-256(0x00 || 该行) 或一个隐藏子树；
规则见 Colophon 的 docs/evidence-format.md。

Content credentials of the pictures: c2patool data/blobs/NAME, or any reader of C2PA.
图片的内容凭证：用 c2patool data/blobs/NAME 或任何 C2PA 阅读器查看。

It shows what was logged, in what order, and no later than when; not who had the idea.
它表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人。
"""
_STAMPED = """
An authority stamped it with the time (get the authority's certificates from the authority):
授时机构加盖了时间戳（请向该机构取得其证书）：

    openssl ts -reply -in data/checkpoints/{size}-{source}.tsr -text
    openssl ts -verify -data data/checkpoints/{size}.note -in data/checkpoints/{size}-{source}.tsr -CAfile ROOTS.pem
"""
_MODERATION = """This is a moderators' export of Colophon (format colophon-moderation/1).
这是 Colophon 的版主导出文件（格式 colophon-moderation/1）。

What counts: log.txt (the events behind the rows), disclosures.jsonl (the fields that were opened), checkpoints/ and
keys/. rows.jsonl repeats them as rows, and is checked against them; rows.csv and rows.parquet repeat rows.jsonl.
有效内容：log.txt（各行所依据的事件）、disclosures.jsonl（已打开的字段）、checkpoints/ 与 keys/。
rows.jsonl 以表格行重复这些内容，可据以核对；rows.csv 与 rows.parquet 重复 rows.jsonl。

Whoever holds this file was given it for the reason that moderation recorded. It is no one's to pass on.
持有本文件者是因版主所记录的理由而取得它，不得转交他人。

1. With a verifier. Get it, and the log's public key, from a source other than this file.
1. 使用验证程序：请从本文件以外的来源取得验证程序和账本公钥。

    colophon verify EXPORT.zip --vkey KEY

{by_hand}
A row is the line of data/log.txt with its number; that the lines lead to the root: docs/moderation-exports.md.
每一行对应 data/log.txt 中相同编号的一行；各行如何推导至根哈希，见 docs/moderation-exports.md。

It shows what was logged, in what order, and no later than when; not who had the idea, and not that nothing is missing.
它表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人，也不表明没有遗漏。
"""


def readme(vkey: str, size: int, token: tuple[int, str] | None) -> str:
    """Write the instructions for a bundle: its key in force, its size, and a time stamp (size, authority), if any."""
    stamped = "" if token is None else _STAMPED.format(size=token[0], source=token[1])
    by_hand = _BY_HAND.format(vkey=vkey, size=size, note="bundle.note")
    return _TEXT.format(by_hand=by_hand, tokens=stamped)


def moderation_readme(vkey: str, size: int) -> str:
    """Write the instructions for a moderators' export: the key in force, and the size of the log."""
    return _MODERATION.format(by_hand=_BY_HAND.format(vkey=vkey, size=size, note="moderation.note"))
