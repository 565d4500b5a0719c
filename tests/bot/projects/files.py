"""Files of other programs, made by hand: as small as they can be, and as hostile as they may come."""

import struct
import zipfile
from io import BytesIO

from PIL import Image

from bot.projects.filetypes import Document, FileType


def drawn(form: str, size: tuple[int, int] = (8, 6), colour: str = "red") -> bytes:
    """Return a small picture."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def krita(**inside: bytes) -> bytes:
    """Return a Krita document with pictures in it."""
    pictures = {f"{name}.png": data for name, data in inside.items()}
    return zipped({"mimetype": b"application/x-krita", "maindoc.xml": b"<DOC/>", **pictures})


def photoshop(*resources: tuple[int, bytes], colours: bytes = b"") -> bytes:
    """Return the beginning of a Photoshop file, which is all that is ever looked at."""
    block = b"".join(
        b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">L", len(data)) + data + b"\0" * (len(data) % 2)
        for number, data in resources
    )
    head = b"8BPS" + struct.pack(">H6xHLLHH", 1, 3, 60, 80, 8, 3)
    return head + struct.pack(">L", len(colours)) + colours + struct.pack(">L", len(block)) + block


def thumbnail(jpeg: bytes, form: int = 1) -> tuple[int, bytes]:
    """Return the image resource that holds a thumbnail."""
    return 1036, struct.pack(">LLLLLLHH", form, 8, 6, 24, 144, len(jpeg), 24, 1) + jpeg


def document(kind: FileType, data: bytes) -> Document:
    """Return a document as it is handed on."""
    return Document(data, kind, "piece")


SAMPLES = {
    FileType.PICTURE: drawn("PNG"),
    FileType.PHOTOSHOP: photoshop(thumbnail(drawn("JPEG"))),
    FileType.KRITA: krita(preview=drawn("PNG")),
    FileType.PROCREATE: zipped({"Document.archive": b"bplist00", "QuickLook/Thumbnail.png": drawn("PNG")}),
    FileType.CLIP_STUDIO: b"CSFCHUNK" + bytes(40),
    FileType.PDF: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    FileType.POSTSCRIPT: b"%!PS-Adobe-3.0\n",
    FileType.SVG: b'<?xml version="1.0"?>\n<!-- mine -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    FileType.ZIP: zipped({"a.txt": b"a"}),
    FileType.TEXT: "一首诗\nabout boats".encode(),
}
